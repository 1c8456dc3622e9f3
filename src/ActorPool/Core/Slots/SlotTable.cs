using ActorPool.Core.Model;

namespace ActorPool.Core.Slots;

/// <summary>
/// The slots and their life. Owns the state of every slot, what belongs to that state, and the age of each connection. Keeps the idle
/// connections and the operations in flight too, since a change of state moves a slot in or out of them.
/// </summary>
internal sealed class SlotTable
{
    private readonly PoolPolicy _policy;
    private readonly Tally _tally;
    private readonly Random _random;
    private readonly Stack<Slot> _free = new();

    // The one whose batch was begun first comes first.
    private readonly IntrusiveList<Slot, Slot.InList> _working = new();
    private int _followingUse;

    public SlotTable(PoolPolicy policy, Tally tally, Alarm alarm, Random random, List<Slot> slots)
    {
        (_policy, _tally, _random, All) = (policy, tally, random, slots);
        Idle = new IdleConnections(policy);
        InFlight = new Operations(policy, tally, alarm);
    }

    /// <summary>Every slot that has ever had a connection or an open.</summary>
    public List<Slot> All { get; }

    public IdleConnections Idle { get; }

    public Operations InFlight { get; }

    public int Count(SlotState state) => _tally.Counts.Of(state);

    /// <summary>Slots that count against <c>max-connections</c>.</summary>
    public int Taken => _tally.Counts.Taken;

    /// <summary>Slots that will still be taken when the closes in flight have ended.</summary>
    public int Staying => _tally.Counts.Taken - _tally.Counts.Closing;

    /// <summary>A connection is being closed on which a borrower's transaction may still be open.</summary>
    public bool IsUseEnding => _followingUse > 0;

    /// <summary>The connection has reached the age at which it is replaced, or a drain began after its open.</summary>
    public static bool IsExpired(Slot slot, TimeSpan now) => slot.IsOutdated || now >= slot.Connection!.ExpiresAt;

    public Slot BeginOpen(TimeSpan now)
    {
        if (!_free.TryPop(out var slot))
            All.Add(slot = new Slot(All.Count));
        Enter(slot, SlotState.Opening);
        InFlight.Begin(slot, ConnectionWork.None, now);
        slot.Incarnation++;
        slot.IsOutdated = false;
        slot.Connection = null;
        return slot;
    }

    /// <param name="slot">The slot whose open succeeded.</param>
    /// <param name="testAfter">See <see cref="Connection.TestAfter"/>.</param>
    /// <param name="now">The present time.</param>
    public void Opened(Slot slot, TimeSpan testAfter, TimeSpan now)
    {
        _tally.Counts.Opened++;
        slot.Connection = new Connection(Expiry(now), testAfter);
    }

    /// <summary>Lends the connection.</summary>
    public void BeginUse(Slot slot)
    {
        Idle.Remove(slot);
        Enter(slot, SlotState.InUse);
        slot.Connection!.WasLent = true;
    }

    /// <summary>How many connections run a slow statement.</summary>
    public int SlowRuns { get; private set; }

    /// <summary>The slot whose batch has been running longest.</summary>
    public Slot? OldestRun => _working.First;

    /// <summary>Runs statements on the connection.</summary>
    public void BeginBatch(Slot slot, StatementBatch batch)
    {
        Idle.Remove(slot);
        Enter(slot, SlotState.Working);
        _working.AddLast(slot);
        slot.Batch = batch;
        slot.Connection!.WasLent = true;
        if (batch.IsSlow)
            SlowRuns++;
    }

    /// <param name="slot">The slot of an idle connection, or of one that was just returned.</param>
    /// <param name="work">What is to be done.</param>
    /// <param name="now">The present time.</param>
    /// <param name="key">The key for which the session is initialized.</param>
    public void BeginWork(Slot slot, ConnectionWork work, TimeSpan now, KeyEntry? key = null)
    {
        Idle.Remove(slot);
        if (slot.State != SlotState.Idle)
            slot.Connection!.IdleSince = now;
        Enter(slot, work.Has(ConnectionWorkKinds.OfReset) ? SlotState.Resetting : SlotState.Validating);
        InFlight.Begin(slot, work, now, key);
    }

    /// <summary>The connection has nothing left to do. It can be lent once the caller has added it to <see cref="Idle"/>.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="now">The present time.</param>
    /// <param name="wasUsed">It was opened, used or reset; a test leaves its idle time as it was.</param>
    public void BecomeIdle(Slot slot, TimeSpan now, bool wasUsed)
    {
        Enter(slot, SlotState.Idle);
        if (wasUsed && !Idle.IsCommon(slot))
            slot.Connection!.IdleSince = now;
    }

    /// <summary>Starts the end of a connection, or of an open that is given up.</summary>
    public void BeginClose(Slot slot, CloseReason reason)
    {
        Idle.Remove(slot);
        // After a crash (Free) it is not known whether a borrower used the connection.
        var followsUse = slot.Closing is { FollowsUse: true } || slot.State is SlotState.InUse or SlotState.Working or SlotState.Resetting or SlotState.Free;
        if (followsUse && slot.Closing is not { FollowsUse: true })
            _followingUse++;
        TimeSpan? unanswered = slot.Operation is { Work: not ConnectionWork.None } operation ? operation.StartedAt : slot.Closing?.UnansweredSince;
        Enter(slot, SlotState.Closing);
        var closing = slot.Closing!;
        (closing.Reason, closing.FollowsUse, closing.UnansweredSince) = (reason, followsUse, unanswered);
    }

    /// <summary>The connection is closed and its backend gone.</summary>
    public void Closed(Slot slot)
    {
        var closing = slot.Closing!;
        if (closing.FollowsUse)
            _followingUse--;
        // Count a close only if the open succeeded, so that opened less closed is open.
        if (slot.Connection is not null)
        {
            _tally.Counts.Closed++;
            _tally.Counts.Of(closing.Reason)++;
        }

        Free(slot);
    }

    public void Free(Slot slot)
    {
        Enter(slot, SlotState.Free);
        _free.Push(slot);
    }

    /// <summary>After a crash: takes the slot out of every list and state of the crashed core.</summary>
    public static void Detach(Slot slot)
    {
        Operations.Detach(slot);
        slot.Unlink();
        slot.State = SlotState.Free;
    }

    /// <summary>After a crash: takes over a slot that is empty, lent or working.</summary>
    public void Adopt(Slot slot, SlotState state)
    {
        if (state == SlotState.Free)
            _free.Push(slot);
        else
            Enter(slot, state);
        if (slot.State != SlotState.Working)
            return;
        _working.AddAfter(_working.Items.LastOrDefault(other => other.Batch!.StartedAt <= slot.Batch!.StartedAt), slot);
        if (slot.Batch!.IsSlow)
            SlowRuns++;
    }

    /// <summary>Marks every connection and every open in flight for replacement.</summary>
    public void Outdate()
    {
        foreach (var slot in All)
            slot.IsOutdated = slot.State is not (SlotState.Free or SlotState.Closing);
    }

    /// <summary>The room's invariant; null while it holds: the counted states are those of the slots, and each slot has what its state needs.</summary>
    public string? Violation()
    {
        foreach (var state in Enum.GetValues<SlotState>())
        {
            if (state != SlotState.Free && All.Count(slot => slot.State == state) != Count(state))
                return $"{Count(state)} slots are counted as {state}";
        }

        if (_free.Count != All.Count(slot => slot.State == SlotState.Free) || _free.Any(slot => slot.State != SlotState.Free))
            return $"{_free.Count} slots are free for the next open";
        if (_followingUse != All.Count(slot => slot.Closing is { FollowsUse: true }))
            return $"{_followingUse} closes are counted that follow a use";
        if (All.Find(slot => slot.State is SlotState.Idle or SlotState.InUse or SlotState.Working or SlotState.Resetting or SlotState.Validating && slot.Connection is null) is { } empty)
            return $"slot {empty.Index} is {empty.State} without a connection";
        if (All.Find(slot => slot is { State: SlotState.Working, Batch: null or { IsOver: true } or { Statements.Count: 0 } }) is { } nothing)
            return $"slot {nothing.Index} works without a batch";
        if (SlowRuns != All.Count(slot => slot is { State: SlotState.Working, Batch.IsSlow: true }))
            return $"{SlowRuns} slow runs are counted";
        if (_working.Count != Count(SlotState.Working) || _working.Items.Zip(_working.Items.Skip(1), (slot, next) => slot.Batch!.StartedAt <= next.Batch!.StartedAt).Contains(false))
            return "the working connections are not listed by the age of their batches";
        return Idle.Violation(All) ?? InFlight.Violation(All);
    }

    private void Enter(Slot slot, SlotState state)
    {
        InFlight.End(slot);
        _working.Remove(slot);
        if (slot is { State: SlotState.Working, Batch.IsSlow: true })
            SlowRuns--;
        if (slot.State != SlotState.Free)
            _tally.Counts.Of(slot.State)--;
        if (state != SlotState.Free)
            _tally.Counts.Of(state)++;
        slot.State = state;
    }

    private TimeSpan Expiry(TimeSpan now) =>
        _policy.MaxLifetime < TimeSpan.Zero
            ? TimeSpan.MaxValue
            : now + _policy.MaxLifetime * (1 - _policy.LifetimeJitter * _random.NextDouble());
}

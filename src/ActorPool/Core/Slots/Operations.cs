using ActorPool.Core.Model;

namespace ActorPool.Core.Slots;

/// <summary>
/// The opens and round trips in flight, and which of them a waiting request may count on: not a slow one, and not the initialization of a
/// session, which serves the requests of its key alone.
/// </summary>
internal sealed class Operations(PoolPolicy policy, Tally tally, Alarm alarm)
{
    /// <summary>An operation that takes longer is slow: the pool prepares another connection in parallel.</summary>
    internal static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(250);

    private int _slowOpens;
    private int _slowRoundTrips;
    private int _initializing;

    /// <summary>Round trips that each end in a connection for the oldest request.</summary>
    public int SoonReady => tally.Counts.Resetting + tally.Counts.Validating - _initializing - _slowRoundTrips;

    /// <summary>Opens that each end in a connection for the oldest request.</summary>
    public int SoonOpen => tally.Counts.Opening - _slowOpens;

    public bool AnyOpenIsSlow => _slowOpens > 0;

    public void Begin(Slot slot, ConnectionWork work, TimeSpan now, KeyEntry? key = null)
    {
        var operation = slot.Operation!;
        (operation.Work, operation.StartedAt, operation.IsSlow, operation.InitializesFor) = (work, now, false, key);
        if (key is not null)
            _initializing++;
        if (!policy.IsSynchronous)
            alarm.By(now + SlowAfter);
    }

    /// <summary>Call it before the slot leaves its state.</summary>
    public void End(Slot slot)
    {
        if (slot.Operation is not { } operation)
            return;
        EndInitialization(slot);
        if (operation.IsSlow && slot.State == SlotState.Opening)
            _slowOpens--;
        else if (operation.IsSlow)
            _slowRoundTrips--;
        operation.IsSlow = false;
    }

    /// <summary>The operation no longer serves the requests of one key.</summary>
    public void EndInitialization(Slot slot)
    {
        if (slot.Operation is not { InitializesFor: not null } operation)
            return;
        operation.InitializesFor = null;
        _initializing--;
    }

    /// <summary>After a crash: no request counts on what was in flight.</summary>
    public static void Detach(Slot slot)
    {
        if (slot.Operation is { } operation)
            (operation.IsSlow, operation.InitializesFor) = (false, null);
    }

    /// <summary>
    /// Marks the operations that have become slow. None in a synchronous pool: like psycopg2's, it opens no connection beyond those the
    /// calls ask for.
    /// </summary>
    public void FindSlow(List<Slot> slots, TimeSpan now)
    {
        if (policy.IsSynchronous)
            return;
        foreach (var slot in slots)
        {
            if (!CanBecomeSlow(slot) || now - slot.Operation!.StartedAt < SlowAfter)
                continue;
            slot.Operation.IsSlow = true;
            if (slot.State == SlotState.Opening)
                _slowOpens++;
            else
                _slowRoundTrips++;
        }
    }

    /// <summary>When the operation of a slot becomes slow.</summary>
    public TimeSpan SlowAt(Slot slot) =>
        !policy.IsSynchronous && CanBecomeSlow(slot) ? slot.Operation!.StartedAt + SlowAfter : TimeSpan.MaxValue;

    /// <summary>The invariant; null while it holds: the counted operations are those of the slots.</summary>
    public string? Violation(List<Slot> slots)
    {
        var slowOpens = slots.Count(slot => slot is { State: SlotState.Opening, Operation.IsSlow: true });
        var slow = slots.Count(slot => slot.Operation is { IsSlow: true });
        var initializing = slots.Count(slot => slot.Operation is { InitializesFor: not null });
        return (slowOpens, slow - slowOpens, initializing) == (_slowOpens, _slowRoundTrips, _initializing)
            ? null
            : $"{_slowOpens} slow opens, {_slowRoundTrips} slow round trips and {_initializing} initializations are counted";
    }

    // The hook that initializes a session has its own time limit.
    private static bool CanBecomeSlow(Slot slot) => slot.Operation is { IsSlow: false, InitializesFor: null };
}

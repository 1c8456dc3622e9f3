using ActorPool.Core.Keys;
using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The waiting requests, and the state of each: in the queue, parked behind its exclusive key, or with the session that is being initialized
/// for its key. Owns the order of the queue, the turns of exclusive keys and all deadlines. It does not decide which request is served.
/// </summary>
internal sealed class WaitingRequests(PoolPolicy policy, KeyTable keys, TimeSpan now)
{
    private readonly WaitQueue _queue = new();
    private readonly DeadlineWheel _deadlines = new(now);

    // Queued requests that wait for no other borrower. They are refused together when all connections are lent.
    private readonly IntrusiveList<Waiter, Waiter.InNoWait> _noWait = new();

    private int _parked;
    private int _initializing;

    // Queued requests behind an older one of the same shared key: one grant serves them all.
    private int _sharing;

    public int Count => _queue.Count + _parked + _initializing;

    public int Queued => _queue.Count;

    /// <summary>How many connections would serve all queued requests.</summary>
    public int Demand => _queue.Count - _sharing;

    /// <summary>The oldest queued request.</summary>
    public Waiter? First => _queue.First;

    /// <summary>The oldest queued request that waits for no other borrower.</summary>
    public Waiter? FirstNoWait => _noWait.First;

    /// <summary>When the next deadline has to be checked.</summary>
    public TimeSpan NextDeadline => _deadlines.NextDue();

    /// <summary>Every waiting request, in no particular order.</summary>
    public IEnumerable<Waiter> All(IEnumerable<KeyEntry> keysInUse) =>
        _queue.All
            .Concat(keysInUse.Concat(_queue.All.Select(waiter => waiter.Entry).OfType<KeyEntry>()).SelectMany(key => key.HasWaiters ? key.Waiters.Items : []))
            .Distinct();

    /// <summary>The request with this many others before it.</summary>
    public Waiter? ElementAt(int ahead) => _queue.ElementAt(ahead);

    /// <summary>Whether a request for this key must wait for the key, however many connections are idle.</summary>
    public bool MustAwaitKey(KeyEntry? key) => policy.IsExclusive && key is { } && (key.HeldBy is not null || key.Turn is not null);

    /// <summary>Adds a request in its place.</summary>
    /// <param name="waiter">The request; <see cref="Waiter.Since"/> and <see cref="Waiter.Order"/> are set.</param>
    /// <param name="timeout">How long it may wait; zero to wait for the pool's own work alone, negative for no limit.</param>
    /// <returns>When its deadline is noticed.</returns>
    public TimeSpan Add(Waiter waiter, TimeSpan timeout)
    {
        waiter.HasWaited = true;
        waiter.IsNoWait = timeout == TimeSpan.Zero;
        // The pool's own work has a time limit too.
        var patience = waiter.IsNoWait ? policy.ConnectTimeout : timeout;
        waiter.Deadline = patience < TimeSpan.Zero ? TimeSpan.MaxValue : Time.After(waiter.Since, patience);
        _deadlines.Add(waiter);
        waiter.Borrower?.Waiters.Add(waiter);
        Place(waiter);
        return DeadlineWheel.TickEnd(waiter.Deadline);
    }

    /// <summary>A request has its answer, or was given up: it waits no longer.</summary>
    public void End(Waiter waiter)
    {
        if (waiter.State is WaiterState.Queued or WaiterState.Parked or WaiterState.Initializing)
            Remove(waiter);
        waiter.State = WaiterState.Done;
    }

    /// <summary>After a crash: the request was answered by the shell.</summary>
    public static void Abandon(Waiter waiter) => waiter.State = WaiterState.Done;

    /// <summary>Takes a request out of every list; the next one of its key gets the turn.</summary>
    private void Remove(Waiter waiter)
    {
        var wasQueued = waiter.State == WaiterState.Queued;
        if (wasQueued)
            _queue.Remove(waiter);
        else if (waiter.State == WaiterState.Parked)
            _parked--;
        else
            _initializing--;
        waiter.State = WaiterState.Done;
        _deadlines.Remove(waiter);
        _noWait.Remove(waiter);
        waiter.Borrower?.Waiters.Remove(waiter);
        if (waiter.Entry is not { } key)
            return;
        key.Waiters.Remove(waiter);
        if (wasQueued && key.HasWaiters && !policy.IsExclusive)
            _sharing--;
        if (ReferenceEquals(key.Turn, waiter))
            key.Turn = null;
        PassTurn(key);
        keys.Release(key);
    }

    /// <summary>A free exclusive key gives its turn to the oldest of its waiting requests.</summary>
    public void PassTurn(KeyEntry key)
    {
        if (!policy.IsExclusive || key.HeldBy is not null || key.Turn is not null || !key.HasWaiters)
            return;
        var next = key.Waiters.First!;
        key.Turn = next;
        _parked--;
        if (key.InitializingOn is null)
        {
            // It keeps the rank of its arrival.
            _queue.AddLate(next);
            return;
        }

        next.State = WaiterState.Initializing;
        _initializing++;
    }

    /// <summary>A session is being initialized for the key: its queued requests wait for that session alone.</summary>
    public void LeaveQueue(KeyEntry key)
    {
        for (var waiter = key.Waiters.First; waiter is not null; waiter = key.Waiters.After(waiter))
        {
            if (waiter.State != WaiterState.Queued)
                continue;
            _queue.Remove(waiter);
            // From now on it has a connection, and cannot be refused as exhausted.
            _noWait.Remove(waiter);
            waiter.State = WaiterState.Initializing;
            _initializing++;
        }

        if (!policy.IsExclusive)
            _sharing -= key.Waiters.Count - 1;
    }

    /// <summary>The key does not get that session after all: its requests return to their places in the queue.</summary>
    public void ReturnToQueue(KeyEntry key)
    {
        var returned = 0;
        for (var waiter = key.Waiters.First; waiter is not null; waiter = key.Waiters.After(waiter))
        {
            if (waiter.State != WaiterState.Initializing)
                continue;
            _initializing--;
            returned++;
            _queue.AddLate(waiter);
            if (waiter.IsNoWait)
                _noWait.AddLast(waiter);
        }

        if (!policy.IsExclusive && returned > 0)
            _sharing += returned - 1;
    }

    /// <summary>The oldest request for whose key a session is being initialized. For an exclusive key the others are parked behind it.</summary>
    public static Waiter? FirstInitializing(KeyEntry key) =>
        key.HasWaiters && key.Waiters.First is { State: WaiterState.Initializing } waiter ? waiter : null;

    /// <summary>Collects up to <paramref name="most"/> requests whose deadline has passed. True when there are no more.</summary>
    public bool TakeDue(TimeSpan now, int most, List<Waiter> due) => _deadlines.TakeDue(now, most, due);

    /// <summary>The room's invariant; null while it holds: the demand and the counts fit the requests in the lists, and no turn is lost.</summary>
    public string? Violation(IEnumerable<KeyEntry> keysInUse)
    {
        var all = All(keysInUse).ToArray();
        var queued = all.Where(waiter => waiter.State == WaiterState.Queued).ToArray();
        if (queued.Length != _queue.Count || all.Count(waiter => waiter.State == WaiterState.Parked) != _parked || all.Count(waiter => waiter.State == WaiterState.Initializing) != _initializing)
            return $"{_queue.Count} queued, {_parked} parked and {_initializing} with an initialization are counted of {all.Length} waiting requests";
        var demand = policy.IsExclusive ? queued.Length : queued.Count(waiter => waiter.Entry is null) + queued.Select(waiter => waiter.Entry).OfType<KeyEntry>().Distinct().Count();
        if (demand != Demand)
            return $"the demand is {Demand}, and the queued requests need {demand} connections";
        if (_noWait.Items.Any(waiter => waiter is not { IsNoWait: true, State: WaiterState.Queued }) || _noWait.Count != queued.Count(waiter => waiter.IsNoWait))
            return $"{_noWait.Count} requests are listed that wait for no other borrower";
        if (Array.Find(all, waiter => waiter.Borrower is { } borrower && !borrower.Waiters.Contains(waiter)) is { } unknown)
            return $"the borrower of a request for {unknown.Key} does not know that it waits";
        if (policy.IsExclusive && keysInUse.FirstOrDefault(key => key.HasWaiters && key.HeldBy is null && (key.Turn is null || !key.Waiters.Contains(key.Turn))) is { } lost)
            return $"no request has the turn of {lost.Key}";
        return Array.Find(all, waiter => waiter.Entry is { } key && policy.IsExclusive && waiter.State == WaiterState.Queued && !ReferenceEquals(key.Turn, waiter)) is { } early
            ? $"a request for {early.Key} is queued without having its key's turn"
            : null;
    }

    private void Place(Waiter waiter)
    {
        var key = waiter.Entry;
        var isParked = MustAwaitKey(key);
        var isInitializing = !isParked && key?.InitializingOn is not null;
        if (key is not null)
        {
            if (policy.IsExclusive && !isParked)
                key.Turn = waiter;
            if (key.HasWaiters && !policy.IsExclusive && !isInitializing)
                _sharing++;
            key.Waiters.AddLast(waiter);
        }

        if (isParked)
        {
            waiter.State = WaiterState.Parked;
            _parked++;
        }
        else if (isInitializing)
        {
            waiter.State = WaiterState.Initializing;
            _initializing++;
        }
        else
        {
            _queue.Add(waiter);
            if (waiter.IsNoWait)
                _noWait.AddLast(waiter);
        }
    }
}

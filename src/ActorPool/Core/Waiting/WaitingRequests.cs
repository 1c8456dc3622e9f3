using ActorPool.Core.Keys;
using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The waiting requests, and the state of each: in the queue, parked behind its key, or with the session that is being initialized
/// for its key. Owns the order of the queue, the turns of the keys and all deadlines. It does not decide which request is served.
/// </summary>
/// <remarks>
/// The requests for one key take turns in the order of their arrival. An exclusive request has a turn alone; shared requests that follow each
/// other have one together. The oldest request of a key that is not lent is queued, the others are parked: one grant serves the whole turn.
/// </remarks>
internal sealed class WaitingRequests(PoolPolicy policy, KeyTable keys, TimeSpan now)
{
    private readonly WaitQueue _queue = new();
    private readonly DeadlineWheel _deadlines = new(now);

    // Requests that wait for no other borrower: queued, or parked in the turn of a queued one. They are refused together when all connections are lent.
    private readonly IntrusiveList<Waiter, Waiter.InNoWait> _noWait = new();

    private int _parked;
    private int _initializing;

    public int Count => _queue.Count + _parked + _initializing;

    /// <summary>How many requests are queued: each needs a connection.</summary>
    public int Demand => _queue.Count;

    /// <summary>The oldest queued request.</summary>
    public Waiter? First => _queue.First;

    /// <summary>The oldest request that waits for no other borrower, other than one for which a session is being initialized.</summary>
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

    /// <summary>Whether a request joins the lease of its key: both are shared, and no earlier request waits for the key.</summary>
    public static bool MayJoin(Waiter waiter) => waiter is { IsExclusive: false, Entry: { HeldBy.Lease.IsExclusive: false, HasWaiters: false } };

    /// <summary>Whether another request has the key, or comes before this one, so that it must wait however many connections are idle.</summary>
    public static bool MustAwaitKey(Waiter waiter) =>
        waiter.Entry is { } key && (key.HeldBy is not null || (key.HasWaiters && (waiter.IsExclusive || key.ExclusiveWaiters > 0)));

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

    /// <summary>Takes a request out of every list; the next one of its key takes its place.</summary>
    private void Remove(Waiter waiter)
    {
        if (waiter.State == WaiterState.Queued)
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
        if (waiter.IsExclusive)
            key.ExclusiveWaiters--;
        PassTurn(key);
        keys.Release(key);
    }

    /// <summary>A key that is not lent gives its turn to the oldest of its waiting requests.</summary>
    public void PassTurn(KeyEntry key)
    {
        if (key.HeldBy is not null || !key.HasWaiters || key.Waiters.First is not { State: WaiterState.Parked } next)
            return;
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

    /// <summary>A session is being initialized for the key: the requests whose turn it is wait for that session alone.</summary>
    public void LeaveQueue(KeyEntry key)
    {
        var first = key.Waiters.First!;
        _queue.Remove(first);
        first.State = WaiterState.Initializing;
        _initializing++;
        // From now on they have a connection, and cannot be refused as exhausted.
        for (var waiter = first; waiter is not null; waiter = NextInTurn(waiter))
            _noWait.Remove(waiter);
    }

    /// <summary>The key does not get that session after all: its requests return to their places in the queue.</summary>
    public void ReturnToQueue(KeyEntry key)
    {
        if (FirstInitializing(key) is not { } first)
            return;
        _initializing--;
        _queue.AddLate(first);
        for (var waiter = first; waiter is not null; waiter = NextInTurn(waiter))
        {
            if (waiter.IsNoWait)
                _noWait.AddLast(waiter);
        }
    }

    /// <summary>The oldest request for whose key a session is being initialized; the others are parked behind it.</summary>
    public static Waiter? FirstInitializing(KeyEntry key) =>
        key.HasWaiters && key.Waiters.First is { State: WaiterState.Initializing } waiter ? waiter : null;

    /// <summary>The next request that shares the turn of this one; null when it is the last.</summary>
    public static Waiter? NextInTurn(Waiter waiter) =>
        waiter is { IsExclusive: false, Entry: { } key } && key.Waiters.After(waiter) is { IsExclusive: false } next ? next : null;

    /// <summary>Collects up to <paramref name="most"/> requests whose deadline has passed. True when there are no more.</summary>
    public bool TakeDue(TimeSpan now, int most, List<Waiter> due) => _deadlines.TakeDue(now, most, due);

    /// <summary>The room's invariant; null while it holds: the demand and the counts fit the requests in the lists, and no turn is lost.</summary>
    public string? Violation(IEnumerable<KeyEntry> keysInUse)
    {
        var all = All(keysInUse).ToArray();
        var queued = all.Where(waiter => waiter.State == WaiterState.Queued).ToArray();
        if (queued.Length != _queue.Count || all.Count(waiter => waiter.State == WaiterState.Parked) != _parked || all.Count(waiter => waiter.State == WaiterState.Initializing) != _initializing)
            return $"{_queue.Count} queued, {_parked} parked and {_initializing} with an initialization are counted of {all.Length} waiting requests";
        var expected = queued.Count(waiter => waiter.Entry is null) + queued.Select(waiter => waiter.Entry).OfType<KeyEntry>().Distinct().Count();
        if (expected != Demand)
            return $"the demand is {Demand}, and the queued requests need {expected} connections";
        if (_noWait.Items.Any(waiter => waiter is not { IsNoWait: true, State: WaiterState.Queued or WaiterState.Parked, Entry: null or { HeldBy: null, InitializingOn: null } })
            || _noWait.Count != all.Count(waiter => waiter.IsNoWait && waiter.Entry?.InitializingOn is null))
            return $"{_noWait.Count} requests are listed that wait for no other borrower";
        if (Array.Find(all, waiter => waiter.Borrower is { } borrower && !borrower.Waiters.Contains(waiter)) is { } unknown)
            return $"the borrower of a request for {unknown.Key} does not know that it waits";
        return keysInUse.Where(key => key.HasWaiters).Select(ViolationOf).FirstOrDefault(violation => violation is not null);
    }

    private static string? ViolationOf(KeyEntry key)
    {
        var waiters = key.Waiters.Items.ToArray();
        if (waiters.Count(waiter => waiter.IsExclusive) != key.ExclusiveWaiters)
            return $"{key.ExclusiveWaiters} exclusive requests for {key.Key} are counted";
        var turn = key.HeldBy is not null ? WaiterState.Parked : key.InitializingOn is null ? WaiterState.Queued : WaiterState.Initializing;
        if (waiters[0].State != turn || waiters.Skip(1).Any(waiter => waiter.State != WaiterState.Parked))
            return $"the requests for {key.Key} are {string.Join(", ", waiters.Select(waiter => waiter.State))}";
        if (waiters.Zip(waiters.Skip(1), (waiter, next) => waiter.Order < next.Order).Contains(false))
            return $"the requests for {key.Key} are out of order";
        return key.HeldBy?.Lease is { IsExclusive: false } && !waiters[0].IsExclusive ? $"a shared request for {key.Key} waits beside a shared lease" : null;
    }

    private void Place(Waiter waiter)
    {
        var key = waiter.Entry;
        var isParked = key is { HeldBy: not null } or { HasWaiters: true };
        if (key is not null)
        {
            key.Waiters.AddLast(waiter);
            if (waiter.IsExclusive)
                key.ExclusiveWaiters++;
        }

        if (isParked)
        {
            waiter.State = WaiterState.Parked;
            _parked++;
        }
        else if (key?.InitializingOn is not null)
        {
            waiter.State = WaiterState.Initializing;
            _initializing++;
        }
        else
        {
            _queue.Add(waiter);
        }

        if (waiter.IsNoWait && key?.InitializingOn is null)
            _noWait.AddLast(waiter);
    }
}

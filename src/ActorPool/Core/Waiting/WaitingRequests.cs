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
internal sealed partial class WaitingRequests(PoolPolicy policy, KeyTable keys, Func<ToldStatement, Pace> paceOf, TimeSpan now)
{
    private readonly WaitQueue _queue = new();
    private readonly DeadlineWheel _deadlines = new(now);

    // Requests that wait for no other borrower: queued, or parked in the turn of a queued one. They are refused together when all connections are lent.
    private readonly IntrusiveList<Waiter, Waiter.InNoWait> _noWait = new();

    private int _parked;
    private int _initializing;

    /// <summary>How many requests and statements wait.</summary>
    public int Count => Requests + Statements;

    /// <summary>How many requests for a lease wait.</summary>
    public int Requests { get; private set; }

    /// <summary>How many requests are queued: each needs a connection. Statements without a key ask for several of them by their turns.</summary>
    public int Demand => _queue.Count;

    /// <summary>The oldest queued request.</summary>
    public Waiter? First => _queue.First;

    /// <summary>When the oldest of those arrived that wait for a connection, statements included; null when none waits.</summary>
    public TimeSpan? OldestSince => Time.Earlier(_queue.First?.Since, _statements.OldestSince);

    /// <summary>The oldest request that waits for no other borrower, other than one for which a session is being initialized.</summary>
    public Waiter? FirstNoWait => _noWait.First;

    /// <summary>When the next deadline has to be checked.</summary>
    public TimeSpan NextDeadline => _deadlines.NextDue();

    /// <summary>Every waiting request, in no particular order.</summary>
    public IEnumerable<Waiter> All(IEnumerable<KeyEntry> keysInUse) =>
        Listed
            .Concat(keysInUse.Concat(RunningKeys).Concat(Listed.Select(waiter => waiter.Entry).OfType<KeyEntry>()).SelectMany(key => key.HasWaiters ? key.Waiters.Items : []))
            .Distinct();

    private IEnumerable<Waiter> Listed => _queue.All.Where(waiter => waiter is not StatementTurn).Concat(_statements.All);

    /// <summary>The request with this many others before it.</summary>
    public Waiter? ElementAt(int ahead) => _queue.ElementAt(ahead);

    /// <summary>Whether a request joins the lease of its key: both are shared, and no earlier request waits for the key.</summary>
    public static bool MayJoin(Waiter waiter) => waiter is { IsExclusive: false, Entry: { HeldBy.Lease.IsExclusive: false, HasWaiters: false } };

    /// <summary>Whether another request has the key, or comes before this one, so that it must wait however many connections are idle.</summary>
    public static bool MustAwaitKey(Waiter waiter) =>
        waiter.Entry is { } key && (key.IsBusy || (key.HasWaiters && (waiter.IsExclusive || key.ExclusiveWaiters > 0)));

    /// <summary>Adds a request in its place.</summary>
    /// <param name="waiter">The request; <see cref="Waiter.Since"/> and <see cref="Waiter.Order"/> are set.</param>
    /// <param name="timeout">How long it may wait; zero to wait for the pool's own work alone, negative for no limit.</param>
    /// <returns>When its deadline is noticed.</returns>
    public TimeSpan Add(Waiter waiter, TimeSpan timeout)
    {
        waiter.HasWaited = true;
        waiter.IsNoWait = timeout == TimeSpan.Zero;
        // The pool's own work has a time limit too.
        SetDeadline(waiter, waiter.IsNoWait ? policy.ConnectTimeout : timeout);
        waiter.Borrower?.Waiters.Add(waiter);
        Note(waiter, 1);
        Place(waiter);
        return DeadlineWheel.TickEnd(waiter.Deadline);
    }

    private void SetDeadline(Waiter waiter, TimeSpan patience)
    {
        waiter.Deadline = patience < TimeSpan.Zero ? TimeSpan.MaxValue : Time.After(waiter.Since, patience);
        _deadlines.Add(waiter);
    }

    /// <summary>A request has its answer, or was given up: it waits no longer.</summary>
    public void End(Waiter waiter)
    {
        if (waiter.State == WaiterState.Running)
            EndRun((ToldStatement)waiter);
        else if (waiter.State is not (WaiterState.New or WaiterState.Done))
            Remove(waiter);
        waiter.State = WaiterState.Done;
    }

    /// <summary>After a crash: the request was answered by the shell.</summary>
    public static void Abandon(Waiter waiter) => waiter.State = WaiterState.Done;

    /// <summary>Takes a request out of every list; the next one of its key takes its place.</summary>
    private void Remove(Waiter waiter)
    {
        TakeOut(waiter);
        _deadlines.Remove(waiter);
        _noWait.Remove(waiter);
        waiter.Borrower?.Waiters.Remove(waiter);
        if (waiter.Entry is not { } key)
            return;
        PassTurn(key);
        keys.Release(key);
    }

    /// <summary>Takes a request out of its place, and out of the requests of its key.</summary>
    private void TakeOut(Waiter waiter)
    {
        Note(waiter, -1);
        switch (waiter.State)
        {
            case WaiterState.Queued:
                Leave(waiter);
                break;
            case WaiterState.Parked:
                _parked--;
                break;
            case WaiterState.Initializing:
                _initializing--;
                NoteTurnLeft(waiter);
                break;
            case WaiterState.InLane:
                _statements.Lanes.Remove(waiter);
                break;
            case WaiterState.Held or WaiterState.HeldSlow:
                _statements.Release(waiter);
                break;
        }

        waiter.State = WaiterState.Done;
        if (waiter.Entry is not { } key)
            return;
        key.Waiters.Remove(waiter);
        if (waiter.IsExclusive)
            key.ExclusiveWaiters--;
    }

    /// <summary>Collects up to <paramref name="most"/> requests whose deadline has passed. True when there are no more.</summary>
    public bool TakeDue(TimeSpan now, int most, List<Waiter> due) => _deadlines.TakeDue(now, most, due);

    private void Place(Waiter waiter)
    {
        var key = waiter.Entry;
        if (key is null && waiter is ToldStatement unkeyed)
        {
            _statements.Lanes.Add(unkeyed);
            return;
        }

        var isParked = key is { IsBusy: true } or { HasWaiters: true };
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
            BeginInitialization(waiter);
        }
        else if (waiter is ToldStatement statement)
        {
            _statements.Hold(statement);
        }
        else
        {
            _queue.Add(waiter);
        }

        if (waiter.IsNoWait && key?.InitializingOn is null)
            _noWait.AddLast(waiter);
    }
}

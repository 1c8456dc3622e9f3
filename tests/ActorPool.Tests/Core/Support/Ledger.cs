using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

/// <summary>The test's own ledger: written from the effects alone, which are refused when they are not legal.</summary>
internal sealed partial class Ledger(PoolSettings settings)
{
    private readonly HashSet<TestBorrower> _watched = [];
    private readonly HashSet<TestBorrower> _unwatched = [];

    private TimeSpan? _collectedAt;

    private int _limit = settings.MaxConnections;

    public List<SlotLedger> Slots { get; } = [];

    /// <summary>Requests without an answer, in the order of arrival.</summary>
    public List<TestWaiter> Waiting { get; } = [];

    public bool Started { get; private set; }

    public bool StartFailed { get; private set; }

    public bool AllClosed { get; private set; }

    public bool Ending { get; set; }

    public Exception? LastConnectError { get; private set; }

    /// <summary>The last failure was a check of a new connection.</summary>
    public bool FailedByCheck { get; private set; }

    public int ConnectFailures { get; private set; }

    public TimeSpan LastFailure { get; private set; }

    public int Lent => Slots.Count(slot => slot.IsLent);

    public Exception? HookError { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>Places that may be taken: more than the maximum only as long as a smaller one has not been reached.</summary>
    public int Limit => _limit;

    /// <summary>Opens that a waiting request may count on.</summary>
    public int SoonOpen => Slots.Count(slot => slot is { State: Physical.Opening, Slot.Operation.IsSlow: false });

    /// <summary>Round trips that a waiting request may count on.</summary>
    public int SoonReady => Slots.Count(slot => slot is { State: Physical.Working, Work: not ConnectionWork.Initialize, Slot.Operation.IsSlow: false });

    public int Count(Physical state) => Slots.Count(slot => slot.State == state);

    public int Taken => Slots.Count(slot => slot.State != Physical.None);

    /// <summary>The request shares its key's session with no other one.</summary>
    public bool IsAlone(IArrival one) => one is TestStatement or TestWaiter { Alone: true } || settings.KeySharing == KeySharing.Exclusive;

    public bool IsHeld(object? key) => key is not null && Slots.Any(slot => slot.IsLent && Equals(slot.LentKey, key));

    /// <summary>A lease or a batch has the key.</summary>
    public bool IsBusy(object? key) => IsHeld(key) || (key is not null && Batches.Exists(batch => Equals(batch.Key, key)));

    /// <summary>Requests that wait for a connection rather than for their key.</summary>
    public IEnumerable<TestWaiter> Queued => Waiting.Where(waiter => !IsBusy(waiter.Key) && !IsPrepared(waiter.Key) && HasTurn(waiter));

    public void Resized(PoolSettings changed)
    {
        settings = changed;
        _limit = Math.Max(changed.MaxConnections, Taken);
    }

    public void MoreSlots(IReadOnlyList<Slot> all)
    {
        foreach (var slot in all.Skip(Slots.Count))
            Slots.Add(new SlotLedger(slot));
    }

    public void DrainedAll()
    {
        foreach (var slot in Slots)
            slot.IsOutdated = slot.State is not (Physical.None or Physical.Closing);
    }

    /// <summary>No earlier request for its key is still waiting, other than shared ones that share its turn.</summary>
    private bool HasTurn(TestWaiter waiter) =>
        waiter.Key is null || OlderOf(waiter) is var older && (IsAlone(waiter) ? !older.Any() : !older.Any(IsAlone));

    /// <summary>A session is being initialized for the key.</summary>
    public bool IsPrepared(object? key) =>
        key is not null && Slots.Any(slot => slot is { State: Physical.Working, Work: ConnectionWork.Initialize } && Equals(slot.InitializedFor, key));

    public void Asked(TestWaiter waiter)
    {
        waiter.Number = ++_arrivals;
        Waiting.Add(waiter);
        if (waiter.Borrower is TestBorrower borrower)
            _watched.Add(borrower);
    }

    public void Cancelled(TestWaiter waiter)
    {
        waiter.Cancelled = true;
        Waiting.Remove(waiter);
    }

    public void OpenFailed(SlotLedger slot, Exception error, ConnectFailure failure, TimeSpan now)
    {
        slot.State = failure == ConnectFailure.Unclear ? Physical.Closing : Physical.None;
        OpenFailed(error, now);
    }

    public void OpenFailed(Exception error, TimeSpan now, bool byCheck = false)
    {
        FailedByCheck = byCheck;
        LastConnectError = error;
        ConnectFailures++;
        LastFailure = now;
    }

    public void OpenSucceeded(SlotLedger slot, TimeSpan now)
    {
        NewSession(slot);
        slot.LastUser = null;
        slot.HeardAt = now;
        slot.DiedAt = null;
        slot.WasLent = false;
        slot.CheckedAt = null;
        slot.OwesOnReturn = false;
        slot.State = Physical.Open;
        if (!FailedByCheck)
            OpensAgain();
    }

    public void OpensAgain()
    {
        FailedByCheck = false;
        LastConnectError = null;
        ConnectFailures = 0;
    }

    private static void LeaseEnded(SlotLedger slot)
    {
        Unless(slot.IsLent, $"slot {slot.Slot.Index}: a lease that is not out has ended");
        slot.IsLent = false;
        slot.LentKey = null;
        slot.LentAlone = false;
        slot.Holders.Clear();
    }

    /// <summary>To be called when a step is over and its effects are written down.</summary>
    public void StepIsOver()
    {
        foreach (var slot in Slots)
        {
            Unless(!slot.MustGo || slot.State == Physical.Closing, $"slot {slot.Slot.Index}: a lease ended by force, and its connection was kept");
            Unless(!slot.IsIdle || !slot.IsResetPending, $"slot {slot.Slot.Index}: lies idle, and the reset of its return waits for its next user");
            slot.MustGo = false;
            slot.Crashed = false;
        }

        // A request found given up at its turn leaves without an effect.
        Waiting.RemoveAll(waiter => waiter is { Gone: true, State: WaiterState.Done });
        foreach (var waiter in Waiting)
        {
            Unless(!waiter.Claimed, $"{waiter.Name} was claimed and got nothing");
            Unless(waiter.State is WaiterState.Queued or WaiterState.Parked or WaiterState.Initializing, $"{waiter.Name} is forgotten without an answer ({waiter.State})");
            Unless(IsAlone(waiter) || !HasTurn(waiter) || !Slots.Exists(slot => slot is { IsLent: true, LentAlone: false } && waiter.Key is not null && Equals(slot.LentKey, waiter.Key)), $"{waiter.Name} waits beside a lease that it could join");
        }

        Told.RemoveAll(statement => statement is { Gone: true, State: WaiterState.Done });
        foreach (var statement in Told)
        {
            Unless(!statement.Claimed, $"{statement.Name} was claimed and is not run");
            Unless(statement.State is not (WaiterState.New or WaiterState.Running or WaiterState.Done), $"{statement.Name} is forgotten without an answer ({statement.State})");
        }

        _limit = Math.Max(settings.MaxConnections, Math.Min(_limit, Taken));
        CheckWatches();
    }

    private void CheckWatches()
    {
        // The shell that carries out an Unwatch checks again whether it is still right.
        foreach (var borrower in _watched.Where(borrower => !borrower.Dead && !HasSomething(borrower)))
            Unless(_unwatched.Contains(borrower), $"{borrower.Name} has nothing of the pool and is watched for ever");
        _watched.RemoveWhere(borrower => !HasSomething(borrower));
        _unwatched.Clear();
    }

    private bool HasSomething(TestBorrower borrower) =>
        Waiting.Exists(waiter => ReferenceEquals(waiter.Borrower, borrower)) || Slots.Any(slot => slot.HoldsNow(borrower));
}

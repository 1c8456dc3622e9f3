using ActorPool.Core.Health;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

/// <summary>
/// The core under a scripted shell: the test says when opens, round trips and closes end and how the time passes.
/// Every call is checked against the ledger and the invariants.
/// </summary>
internal sealed partial class TestPool
{
    private TimeSpan _stopDeadline = TimeSpan.MaxValue;
    private int _waiters;

    public TestPool(PoolSettings settings, int seed = 1)
    {
        Settings = settings;
        State = new PoolState(settings.ToPolicy(), Now, new Random(seed), Look, PrependReset);
        Ledger = new Ledger(settings);
    }

    /// <summary>A pool that has started.</summary>
    public static TestPool Running(PoolSettings settings)
    {
        var pool = new TestPool(settings);
        pool.Start();
        pool.Settle();
        return pool;
    }

    public PoolSettings Settings { get; private set; }

    public PoolState State { get; private set; }

    public Ledger Ledger { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public PoolCounts Counts => State.Counts;

    /// <summary>The sockets cannot be seen.</summary>
    public bool IsBlind { get; set; }

    /// <summary>The effects of the last call.</summary>
    public List<Effect> Last { get; } = [];

    /// <summary>Gets one line for each call, for failures.</summary>
    public Action<string>? Log { get; set; }

    public void Start() => Step("start", () => State.Start(Now));

    public TestWaiter Get(object? key = null, TimeSpan? timeout = null, TestBorrower? borrower = null, bool gone = false, bool alone = false)
    {
        var waiter = new TestWaiter($"w{++_waiters}", key, timeout, alone) { Borrower = borrower, Gone = gone, Entry = key is null ? null : State.Keys.Use(key) };
        Ledger.Asked(waiter);
        Step($"{waiter.Name} = get {key ?? "-"}{(alone ? " alone" : "")} {Text(timeout)}{(borrower is null ? "" : $" by {borrower.Name}")}{(gone ? " (gone)" : "")}", () => State.Get(waiter, Now));
        return waiter;
    }

    public void Resize(int min, int max)
    {
        Settings = Settings with { MinConnections = min, MaxConnections = max };
        Ledger.Resized(Settings);
        Step($"resize {min}..{max}", () => State.Resize(min, max, Now));
    }

    public void Drain()
    {
        Ledger.DrainedAll();
        Step("drain", () => State.Drain(Now));
    }

    public void Pause()
    {
        Ledger.IsPaused = true;
        Step("pause", () => State.Pause(Now));
    }

    public void Resume()
    {
        Ledger.IsPaused = false;
        Step("resume", () => State.Resume(Now));
    }

    /// <summary>The object of the lease was collected.</summary>
    public void Forgotten(TestWaiter waiter)
    {
        var slot = Ledger.Slots[waiter.Slot!.Index];
        var isOut = slot.IsLent && slot.Lease == waiter.Lease;
        Step($"{waiter.Name} is forgotten", () => State.Forgotten(waiter.Slot, waiter.Lease, Now));
        Unless(Last.Exists(effect => effect is { Kind: EffectKind.EndLease, End: LeaseEnd.Forgotten }) == isOut, $"the forgotten {waiter.Name} is answered wrongly");
    }

    /// <summary>The backend ends, and its socket becomes readable.</summary>
    public void Dies(SlotLedger slot)
    {
        Log?.Invoke($"the backend of slot {slot.Slot.Index} dies");
        slot.DiedAt ??= Now;
    }

    /// <summary>A request that is granted as soon as every operation in flight has ended.</summary>
    public TestWaiter Borrow(object? key = null, TestBorrower? borrower = null, bool alone = false)
    {
        var waiter = Get(key, borrower: borrower, alone: alone);
        Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
        return waiter;
    }

    /// <summary>Puts a connection back, clean, and lets its reset end.</summary>
    public void Return(TestWaiter waiter)
    {
        Put(waiter);
        Settle();
    }

    public void Cancel(TestWaiter waiter)
    {
        waiter.Gone = true;
        if (waiter.IsWaiting)
            Ledger.Cancelled(waiter);
        Step($"cancel {waiter.Name}", () => State.Cancel(waiter, Now));
    }

    public bool Put(TestWaiter waiter, ReturnCondition condition = ReturnCondition.Clean, bool close = false)
    {
        var slot = Ledger.Slots[waiter.Slot!.Index];
        var isOut = slot.IsLent && slot.Lease == waiter.Lease;
        if (isOut)
            Ledger.Returned(slot, condition, Now);
        var before = Counts;
        Step($"put {waiter.Name} {condition}{(close ? " close" : "")}", () =>
            Unless(State.Put(waiter.Slot, waiter.Lease, close, condition, Now) == isOut, $"the put of {waiter.Name} is answered wrongly"));
        if (!isOut)
            Unless(Last.Count == 0 && before.Equals(Counts), $"a stale put changed something");
        return isOut;
    }

    /// <summary>The answer to the request never arrived.</summary>
    public void PutUnused(TestWaiter waiter)
    {
        var slot = Ledger.Slots[waiter.Slot!.Index];
        Ledger.Returned(slot, ReturnCondition.Clean, Now);
        if (waiter.IsNewSession)
            slot.Users.Clear();
        Step($"put {waiter.Name} unused", () => State.PutUnused(waiter.Slot, waiter.Lease, ReturnCondition.Clean, Now));
    }

    public void Dies(TestBorrower borrower)
    {
        borrower.Dead = true;
        foreach (var waiter in Ledger.Waiting.Where(waiter => ReferenceEquals(waiter.Borrower, borrower)).ToArray())
        {
            waiter.Gone = true;
            Ledger.Cancelled(waiter);
        }

        var mustEnd = Ledger.Slots.Where(slot => slot.IsLent && slot.Holders.TrueForAll(holder => holder.Borrower is TestBorrower { Dead: true })).ToArray();
        Step($"{borrower.Name} dies", () => State.BorrowerStopped(borrower, Now));
        foreach (var slot in mustEnd)
            Unless(Last.Exists(effect => effect.Kind == EffectKind.EndLease && effect.Slot == slot.Slot), $"slot {slot.Slot.Index} is lent to the dead");
        Unless(Last.Count(effect => effect.Kind == EffectKind.EndLease) <= mustEnd.Length || State.Phase == PoolPhase.Closed, $"a lease ended without its holder's death");
    }

    public bool CloseAll()
    {
        var closed = false;
        Ledger.Ending = true;
        Step("close all", () => closed = State.CloseAll());
        Unless(Ledger.Waiting.Count + Ledger.Told.Count == 0, $"{Ledger.Waiting.Count + Ledger.Told.Count} wait for a closed pool");
        return closed;
    }

    public void Stop(TimeSpan patience)
    {
        Ledger.Ending = true;
        if (State.Phase is PoolPhase.Starting or PoolPhase.Running)
            _stopDeadline = Now + patience;
        Step($"stop {Text(patience)}", () => State.Stop(Now, patience));
        Unless(Ledger.Waiting.Count + Ledger.Told.Count == 0, $"{Ledger.Waiting.Count + Ledger.Told.Count} wait for a pool that stops");
    }

    public void Sweep()
    {
        Step("sweep", () => State.Sweep(Now));
        Invariants.CheckAfterSweep(State, Ledger, Now, _stopDeadline);
    }

    /// <summary>Lets time pass; the pool is woken when it wants to be.</summary>
    public void Pass(TimeSpan time)
    {
        Log?.Invoke($"{Text(time)} pass");
        var end = Now + time;
        for (var sweeps = 0; State.WakeAt <= end; sweeps++)
        {
            Unless(sweeps < 5000 + time / WhenToTest.ProbeEvery, $"the pool wakes up all the time");
            if (State.WakeAt > Now)
                Now = State.WakeAt;
            Sweep();
        }

        Now = end;
    }

    /// <summary>Lets time pass without waking the pool: its timer is late.</summary>
    public void PassAsleep(TimeSpan time)
    {
        Log?.Invoke($"{Text(time)} pass asleep");
        Now += time;
    }

    public static string Text(TimeSpan? time) => time switch
    {
        null => "",
        { Ticks: < 0 } => "for ever",
        { } some => $"{some.TotalMilliseconds} ms",
    };

    private SocketState Look(Slot slot) =>
        IsBlind ? SocketState.Unknown : Ledger.Slots[slot.Index].DiedAt is null ? SocketState.Silent : SocketState.Readable;

    private bool PrependReset(Slot slot)
    {
        Ledger.PrependReset(Ledger.Slots[slot.Index]);
        return true;
    }

    private void Step(string what, Action call)
    {
        Log?.Invoke($"{(Now - TimeSpan.FromHours(1)).TotalMilliseconds,6} {what}");
        Last.Clear();
        call();
        Ledger.MoreSlots(State.Slots);
        foreach (var effect in State.Effects)
        {
            Log?.Invoke($"         -> {effect.Kind} {(effect.Kind == EffectKind.Work ? $"{effect.Work} " : "")}{(effect.Waiter as IArrival)?.Name}{(effect.Kind == EffectKind.Run ? string.Join("+", effect.Slot!.Batch!.Statements.OfType<IArrival>().Select(statement => statement.Name)) : "")} {(effect.Slot is { } slot ? $"slot {slot.Index}" : "")} {(effect.Kind == EffectKind.Refuse ? $"{effect.Refusal}" : "")}");
            Last.Add(effect);
            Ledger.Write(effect, Now);
        }

        State.Effects.Clear();
        if (Ledger.StartFailed || State.Phase == PoolPhase.Closed)
            Ledger.Ending = true;
        Ledger.StepIsOver();
        Invariants.Check(State, Ledger, Settings, Now, _stopDeadline);
    }
}

using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorPool.Tests.Actors.Support;

/// <summary>
/// The time and the threads of an actor system, in the test's hands: the clock stands until it is told to go on, and no actor
/// runs until the test has it run, on the test's own thread. What the test does in one order happens in that order every time.
/// </summary>
internal sealed class SteppedWorld(Config config, ILoggingAdapter log) : SchedulerBase(config, log)
{
    private static readonly TimeSpan Beginning = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<IRunnable> _ready = new();
    private readonly SemaphoreSlim _came = new(0);
    private readonly PriorityQueue<Scheduled, (TimeSpan Due, long Order)> _scheduled = new();
    private TimeSpan _now = Beginning;
    private long _order;
    private int _underWay;
    private int _dispatching;
    private volatile bool _isFree = true;

    public override TimeSpan MonotonicClock => _now;

    public override TimeSpan HighResMonotonicClock => _now;

    protected override DateTimeOffset TimeNow => DateTimeOffset.UnixEpoch + _now;

    /// <summary>How many actors have something to do.</summary>
    public int Ready => _ready.Count;

    /// <summary>Actors run on the thread pool as usual; for the start and the end of the system.</summary>
    public bool IsFree
    {
        get => _isFree;
        set
        {
            if (!value)
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _underWay) == 0, Patience), "the actor system does not come to rest");
            _isFree = value;
            while (value && _ready.TryDequeue(out var one))
                Execute(one);
        }
    }

    /// <summary>An actor has something to do.</summary>
    public void Execute(IRunnable run)
    {
        if (!_isFree)
        {
            _ready.Enqueue(run);
            _came.Release();
            return;
        }

        Interlocked.Increment(ref _underWay);
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                run.Run();
                Interlocked.Decrement(ref _underWay);
            },
            null);
    }

    /// <summary>
    /// Tells an actor something. Another thread that does so, with the end of an Ask, may have made the actor's mailbox its own
    /// and not come to <see cref="Execute"/>: what this thread tells that actor then waits for the other one.
    /// </summary>
    public void Dispatch(Action dispatch)
    {
        Interlocked.Increment(ref _dispatching);
        try
        {
            dispatch();
        }
        finally
        {
            Interlocked.Decrement(ref _dispatching);
        }
    }

    /// <summary>Lets one actor handle one message. False when none has any.</summary>
    public bool Step()
    {
        if (_ready.IsEmpty)
            SpinWait.SpinUntil(() => Volatile.Read(ref _dispatching) == 0);
        if (!_ready.TryDequeue(out var run))
            return false;
        _came.Wait(TimeSpan.Zero);
        run.Run();
        return true;
    }

    /// <summary>Lets all actors run until none has anything to do, and fires what is due by now.</summary>
    public void Pump()
    {
        for (var steps = 0; Step() || Fire(_now); steps++)
            Assert.True(steps < 100_000, "the actors never come to rest");
    }

    /// <summary>The same, and waits for what comes from another thread: the end of an Ask is told by one.</summary>
    public void PumpUntil(Func<bool> condition, string what)
    {
        var end = DateTime.UtcNow + Patience;
        for (Pump(); !condition(); Pump())
        {
            Assert.True(DateTime.UtcNow < end, $"It did not come about: {what}");
            _came.Wait(TimeSpan.FromMilliseconds(100));
            _came.Release();
        }
    }

    /// <summary>Lets time pass; each timer fires at its moment, and all is done that follows from it.</summary>
    public void Advance(TimeSpan time)
    {
        var end = _now + time;
        Pump();
        while (Fire(end))
            Pump();
        _now = end;
    }

    /// <summary>Begins anew: nothing is scheduled, and the clock stands where it stood in the beginning.</summary>
    public void Reset()
    {
        _scheduled.Clear();
        _now = Beginning;
    }

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(delay, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Schedule(delay, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Schedule(delay, action.Run, cancelable);

    // The pool has no timer that repeats; those of the actor system itself are of no interest.
    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
    }

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable)
    {
    }

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable)
    {
    }

    private void Schedule(TimeSpan delay, Action action, ICancelable? cancelable)
    {
        lock (_scheduled)
            _scheduled.Enqueue(new Scheduled(action, cancelable), (_now + delay, ++_order));
    }

    /// <summary>Fires the next timer that is due by then. False when there is none.</summary>
    private bool Fire(TimeSpan by)
    {
        Scheduled? next;
        lock (_scheduled)
        {
            if (!_scheduled.TryPeek(out next, out var at) || at.Due > by)
                return false;
            _scheduled.Dequeue();
            if (at.Due > _now && next.Cancelable is not { IsCancellationRequested: true })
                _now = at.Due;
        }

        if (next.Cancelable is not { IsCancellationRequested: true })
            next.Action();
        return true;
    }

    private sealed record Scheduled(Action Action, ICancelable? Cancelable);
}

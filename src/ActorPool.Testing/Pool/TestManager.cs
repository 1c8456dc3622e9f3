using System.Diagnostics.CodeAnalysis;
using ActorPool.Actors;
using ActorPool.Messages;
using Akka.Actor;
using Akka.Event;

namespace ActorPool.Testing.Pool;

/// <summary>The pool manager of a test in one actor system: answers the messages of borrowers and operators, and watches the borrowers.</summary>
internal sealed partial class TestManager : UntypedActor, IWithTimers, IPoolMessageHandler
{
    private const string CallingThread = "akka.test.calling-thread-dispatcher";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly TestConnectionPool _facade;
    private readonly TestPool _pool;
    private readonly ActorPoolLog _log = new(Context.GetLogger(), TestPool.Name);
    private readonly Dictionary<IActorRef, WatchedBorrower> _watched = [];

    public TestManager(TestConnectionPool facade, TestPool pool) => (_facade, _pool) = (facade, pool);

    ITimerScheduler IWithTimers.Timers { get; set; } = null!;

    /// <summary>In a system of Akka.TestKit it runs on the thread of the sender, so that a test of one thread stays one.</summary>
    [SuppressMessage("Akka", "AK1008", Justification = "It is called from outside.")]
    public static IActorRef StartIn(ActorSystem system, TestConnectionPool facade, TestPool pool)
    {
        var props = Props.Create(() => new TestManager(facade, pool)).WithDeploy(Deploy.Local);
        var manager = system.ActorOf(system.Dispatchers.HasDispatcher(CallingThread) ? props.WithDispatcher(CallingThread) : props);
        // Its guardian starts it on another thread. Messages that came before that would be handled there.
        manager.Ask<ActorIdentity>(new Identify(null), StartPatience).GetAwaiter().GetResult();
        return manager;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IControlMessage when !_pool.IsRunning:
                Refuse(_pool.Failure(PoolErrorKind.Closed).ToException());
                break;
            case IPoolMessage command:
                command.HandleBy(this, default);
                break;
            case BorrowerEnded { Borrower: var borrower }:
                _watched.Remove(borrower.Actor);
                _pool.BorrowerStopped(borrower);
                break;
            case SweepDue { Request: var request }:
                _pool.Sweep();
                SweepFor(request);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void IPoolMessageHandler.Handle(GetConn get, TimeSpan now)
    {
        if (Borrowers.IsNone(Sender))
            _log.GetConnWithoutSender();
        else if (Borrowers.IsRemote(Sender) || Borrowers.IsRemote(get.Owner))
            Refuse(_pool.NotLocal());
        else if (Self.Equals(get.Owner))
            Refuse(new ArgumentException($"Pool '{TestPool.Name}': the manager cannot be the Owner of a lease. Name the actor that uses the connection."));
        else if (get.IsTimeoutNegative)
            Refuse(new PoolException(PoolErrorKind.Timeout, $"Pool '{TestPool.Name}': a GetConn cannot wait for {get.Timeout}. Give a Timeout that is not negative, Timeout.InfiniteTimeSpan to wait for ever, or none."));
        else
            Answer(() => Borrow(get));
    }

    void IPoolMessageHandler.Handle(PutConn put, TimeSpan now) => Answer(() =>
    {
        _pool.Put(put.Connection, put.Key, put.Close);
        Reply(new ConnPut());
    });

    void IPoolMessageHandler.Handle(CloseAll closeAll, TimeSpan now) => Answer(() =>
    {
        _pool.CloseAll();
        Reply(new AllClosed());
    });

    void IPoolMessageHandler.Handle(GetStatistics get, TimeSpan now) => Reply(_pool.Statistics);

    void IPoolMessageHandler.Handle(GetLeases get, TimeSpan now) => Reply(_pool.Leases());

    void IPoolMessageHandler.Handle(Resize resize, TimeSpan now) => Answer(() =>
    {
        if (resize.Problem is { } problem)
            throw problem;
        _pool.Resize(resize.MinConnections, resize.MaxConnections);
        Reply(new Resized());
    });

    void IPoolMessageHandler.Handle(Drain drain, TimeSpan now)
    {
        _pool.Drain();
        Reply(new Drained());
    }

    void IPoolMessageHandler.Handle(Pause pause, TimeSpan now)
    {
        var (sender, self) = (Sender, Self);
        _pool.Pause(pause.UntilReturned, error => sender.Tell(error is null ? new Paused() : new Status.Failure(error), self));
    }

    void IPoolMessageHandler.Handle(Resume resume, TimeSpan now)
    {
        _pool.Resume();
        Reply(new Resumed());
    }

    private void Borrow(GetConn get)
    {
        var request = new MessageRequest(get, Sender, Self);
        if (!Borrowers.IsNone(get.Owner))
            request.Borrower = Watched(get.Owner);
        else if (!request.IsAsk)
            request.Borrower = Watched(Sender);
        _pool.Get(request);
        SweepFor(request);
    }

    private WatchedBorrower Watched(IActorRef actor)
    {
        if (_watched.TryGetValue(actor, out var borrower))
            return borrower;
        borrower = new WatchedBorrower(actor);
        Context.WatchWith(actor, new BorrowerEnded(borrower));
        return _watched[actor] = borrower;
    }

    /// <summary>A request that waits times out by the clock.</summary>
    private void SweepFor(MessageRequest request)
    {
        if (request.IsWaiting)
            ((IWithTimers)this).Timers.StartSingleTimer(request, new SweepDue(request), _pool.DueIn);
    }

    private void Answer(Action command)
    {
        try
        {
            command();
        }
        catch (Exception error)
        {
            Refuse(error);
        }
    }

    private void Reply(object answer)
    {
        if (!Borrowers.IsNone(Sender))
            Sender.Tell(answer, Self);
    }

    private void Refuse(Exception error)
    {
        if (Borrowers.IsNone(Sender))
            _log.RefusedWithoutSender(error);
        else
            Sender.Tell(new Status.Failure(error), Self);
    }

    private sealed record SweepDue(MessageRequest Request) : INoSerializationVerificationNeeded;
}

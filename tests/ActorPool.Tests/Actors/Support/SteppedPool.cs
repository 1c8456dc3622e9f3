using ActorPool.Actors;
using ActorPool.Statements;
using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Support;

/// <summary>A pool on scripted connections in a <see cref="SteppedSystem"/>, for tests of one interleaving each.</summary>
internal sealed class SteppedPool
{
    private readonly SteppedSystem _system;

    public SteppedPool(SteppedSystem system, int max, Func<PoolSettings, PoolSettings>? change = null)
    {
        _system = system;
        var settings = TestSettings.Of(0, max) with { AcquireTimeout = TimeSpan.FromSeconds(1) };
        Context = new PoolContext(change is null ? settings : change(settings), Source) { Clock = system.Sys.Scheduler };
        Context.Manager = system.Sys.ActorOf(PoolManager.Props(Context), "actor-pool-default-1");
        Context.Send(new PoolOrder(PoolOrderKind.Start));
        Pump();
    }

    public PoolContext Context { get; }

    public ScriptedSource Source { get; } = new();

    public IActorRef Manager => Context.Manager;

    public SteppedWorld World => _system.World;

    public PoolStatistics Statistics => Context.CurrentStatistics();

    /// <summary>Runs a test with a pool.</summary>
    public static void Run(int max, Action<SteppedPool> test) => SteppedSystem.Run(system => test(new SteppedPool(system, max)));

    /// <summary>Lets the actors run, and every step of a connection end well, until nothing is under way.</summary>
    public void Pump()
    {
        for (_system.World.Pump(); Source.All.Find(connection => connection.State is Physical.Opening or Physical.Working or Physical.Closing) is { } busy; _system.World.Pump())
        {
            if (busy.State == Physical.Closing)
                busy.Gone(late: true);
            else
                busy.Succeed();
        }

        Assert.Null(Source.Broken);
    }

    public void Advance(TimeSpan time)
    {
        _system.World.Advance(time);
        Pump();
    }

    public void PumpUntil(Func<bool> condition, string what)
    {
        _system.World.PumpUntil(condition, what);
        Pump();
    }

    /// <summary>Sends a request; the manager reads it when the test lets it.</summary>
    public Call Get(object? key = null, CancellationToken cancellation = default) =>
        new(AcquireRequest.Send(Context, key, "test.cs", 1, cancellation));

    /// <summary>Borrows, with all that it takes.</summary>
    public PooledConnection Borrow(object? key = null)
    {
        var call = Get(key);
        Pump();
        return call.Result;
    }

    /// <summary>Tells a statement; the manager reads it when the test lets it.</summary>
    public Task<int> Tell(object? key = null, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        StatementCall<int>.Send(Context, [Statement.Of("SELECT 1")], new RowsAffected(), key, timeout, isRepeatable: false, cancellation).AsTask();

    public Task<PooledConnection> Ask(object? key = null, CancellationToken cancellation = default) =>
        Manager.Ask<PooledConnection>(new GetConn(key), Timeout.InfiniteTimeSpan, cancellation);

    /// <summary>A request in whose answer the test does something.</summary>
    public void GetThen(Action<object> answered, object? key = null) =>
        Manager.Tell(new GetConn(key) { Timeout = Timeout.InfiniteTimeSpan }, new HookRef(_system.Sys, answered));

    /// <summary>An actor, and what it is told.</summary>
    public (IActorRef Actor, List<object> Received) NewActor()
    {
        var received = new List<object>();
        return (_system.Sys.ActorOf(Recorder.Props(received)), received);
    }

    public static void Stop(IActorRef actor) => ((IInternalActorRef)actor).Stop();

    /// <summary>The manager will fail before its next message, and be made again.</summary>
    public void Crash() => ((IInternalActorRef)Manager).Restart(new InvalidOperationException("boom"));

    /// <summary>Nobody has anything, and every place can be lent.</summary>
    public void HasLostNothing()
    {
        Pump();
        var now = Statistics;
        Assert.True(now is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 }, now.ToString());
        Assert.Equal(Source.All.Count(connection => connection.State == Physical.Open), now.Idle);
        var all = Enumerable.Range(0, now.Max).Select(_ => Borrow()).ToArray();
        Assert.Equal(now.Max, Source.All.Count(connection => connection.State == Physical.Open));
        Assert.False(Get().IsAnswered);
        foreach (var lease in all)
            lease.Dispose();
        Pump();
    }

    /// <summary>The pool is closed, and no connection is left.</summary>
    public void IsClosed()
    {
        Pump();
        Assert.All(Source.All, connection => Assert.Equal(Physical.None, connection.State));
        var call = Get();
        Pump();
        call.IsRefused(PoolErrorKind.Closed);
    }
}

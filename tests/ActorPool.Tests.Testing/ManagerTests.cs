using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorPool.Tests.Testing;

/// <summary>The manager of a test, as actors meet it. All of it runs on the thread of the test, so nothing is waited for.</summary>
public sealed class ManagerTests : TestKit
{
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;

    private readonly TestConnectionPool _pool = new(() => new FakeConnection());
    private readonly IActorRef _manager;

    public ManagerTests() : base("akka.loglevel = WARNING, akka.stdout-loglevel = OFF") => _manager = _pool.ManagerIn(Sys);

    [Fact]
    public void GetConn_and_PutConn_are_answered()
    {
        _manager.Tell(new GetConn("a"));
        var lease = ExpectMsg<PooledConnection>(AtOnce);
        Assert.Equal(("a", _manager), (lease.Key, LastSender));
        Assert.Same(lease, Assert.Single(_pool.Lent));
        Assert.EndsWith($"borrowed by {TestActor.Path}", lease.ToString(), StringComparison.Ordinal);

        _manager.Tell(new PutConn(lease, "a"));
        ExpectMsg<ConnPut>(AtOnce);
        Assert.Empty(_pool.Lent);

        _manager.Tell(new PutConn(lease));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Refusal().Kind);
    }

    [Fact]
    public async Task An_Ask_is_answered_at_once()
    {
        var ask = _manager.Ask<PooledConnection>(new GetConn());

        Assert.True(ask.IsCompletedSuccessfully);
        await _manager.Ask<ConnPut>(new PutConn(await ask));
    }

    [Fact]
    public void Every_message_is_refused_while_Refuse_is_set()
    {
        _pool.Refuse = new PoolException(PoolErrorKind.Exhausted, "none left");
        _manager.Tell(new GetConn());
        Assert.Same(_pool.Refuse, Refusal());

        _pool.Refuse = null;
        _manager.Tell(new GetConn());
        ExpectMsg<PooledConnection>(AtOnce).Close();
    }

    [Fact]
    public void A_lease_ends_with_the_actor_that_borrowed_it()
    {
        var borrower = CreateTestProbe();
        _manager.Tell(new GetConn(), borrower);
        var lease = borrower.ExpectMsg<PooledConnection>(AtOnce);

        Stop(borrower);

        AwaitAssert(() => Assert.Empty(_pool.Lent), TimeSpan.FromSeconds(30));
        Assert.Contains("the actor that borrowed it has ended", Assert.Throws<PoolException>(() => lease.Key).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_ends_with_its_Owner_whether_it_was_called_or_told_for()
    {
        var owner = CreateTestProbe();
        _manager.Tell(new GetConn { Owner = owner });
        var told = ExpectMsg<PooledConnection>(AtOnce);
        var called = await _pool.GetConnAsync(new GetConn { Owner = owner });
        Assert.Equal([told, called], _pool.Lent);

        Stop(owner);

        await AwaitAssertAsync(() => Assert.Empty(_pool.Lent), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_request_for_a_key_in_exclusive_use_waits_for_its_turn()
    {
        _manager.Tell(new GetConn("a") { Exclusive = true });
        var first = ExpectMsg<PooledConnection>(AtOnce);
        var second = CreateTestProbe();
        _manager.Tell(new GetConn("a") { Exclusive = true }, second);
        second.ExpectNoMsg(TimeSpan.Zero);

        first.Close();

        second.ExpectMsg<PooledConnection>(AtOnce).Close();
        Assert.Empty(_pool.Lent);
    }

    [Fact]
    public void A_request_that_waits_too_long_is_refused()
    {
        _manager.Tell(new GetConn("a") { Exclusive = true });
        using var first = ExpectMsg<PooledConnection>(AtOnce);

        _manager.Tell(new GetConn("a") { Timeout = TimeSpan.FromMilliseconds(20) });

        Assert.Equal(PoolErrorKind.Timeout, Assert.IsType<PoolException>(ExpectMsg<Status.Failure>(TimeSpan.FromSeconds(30)).Cause).Kind);
    }

    [Fact]
    public void A_request_for_an_Owner_that_ends_is_refused()
    {
        _manager.Tell(new GetConn("a") { Exclusive = true });
        using var first = ExpectMsg<PooledConnection>(AtOnce);
        var owner = CreateTestProbe();
        var other = CreateTestProbe();
        _manager.Tell(new GetConn("a") { Owner = owner }, other);

        Stop(owner);

        Assert.Contains("the Owner of this request ended", other.ExpectMsg<Status.Failure>(TimeSpan.FromSeconds(30)).Cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_of_another_process_is_refused()
    {
        _manager.Tell(new GetConn(), new RemoteRef());
        _manager.Tell(new GetConn { Owner = new RemoteRef() });

        Assert.Equal(PoolErrorKind.NotLocal, Refusal().Kind);
        Assert.Equal(2, _pool.Statistics.NotLocal);
    }

    [Fact]
    public void A_GetConn_without_a_sender_is_one_warning()
    {
        EventFilter.Warning(contains: "a GetConn without a sender was refused").ExpectOne(() => _manager.Tell(new GetConn(), ActorRefs.NoSender));

        Assert.Equal(0, _pool.Granted);
    }

    [Fact]
    public void A_refused_PutConn_without_a_sender_is_one_warning()
    {
        EventFilter.Warning(contains: "there is no connection to put").ExpectOne(() => _manager.Tell(new PutConn(null!), ActorRefs.NoSender));
    }

    [Fact]
    public void A_negative_time_out_and_the_exception_of_a_key_are_answers()
    {
        _manager.Tell(new GetConn { Timeout = TimeSpan.FromSeconds(-5) });
        Assert.Contains("cannot wait for -00:00:05", Refusal().Message, StringComparison.Ordinal);

        _manager.Tell(new GetConn(new ThrowingKey()));
        Assert.IsType<InvalidDataException>(ExpectMsg<Status.Failure>(AtOnce).Cause);
    }

    [Fact]
    public void The_commands_of_an_operator_are_answered()
    {
        _manager.Tell(new GetConn("a"));
        var lease = ExpectMsg<PooledConnection>(AtOnce);
        _manager.Tell(new GetStatistics());
        Assert.Equal(1, ExpectMsg<PoolStatistics>(AtOnce).InUse);
        _manager.Tell(new GetLeases());
        Assert.Equal(("a", TestActor.Path.ToString()), ExpectMsg<PoolLease[]>(AtOnce).Select(one => (one.Key, one.Borrower)).Single());
        _manager.Tell(new Drain());
        ExpectMsg<Drained>(AtOnce);
        _manager.Tell(new Resize(0, 1));
        ExpectMsg<Resized>(AtOnce);
        _manager.Tell(new GetConn { Timeout = TimeSpan.Zero });
        Assert.Equal(PoolErrorKind.Exhausted, Refusal().Kind);
        _manager.Tell(new Resize(2, 1));
        Assert.IsType<ArgumentException>(ExpectMsg<Status.Failure>(AtOnce).Cause);
        _manager.Tell(new Pause(UntilReturned: true));
        ExpectNoMsg(TimeSpan.Zero);
        lease.Close();
        ExpectMsg<Paused>(AtOnce);
        _manager.Tell(new GetConn());
        ExpectNoMsg(TimeSpan.Zero);
        _manager.Tell(new Resume());
        ExpectMsg<PooledConnection>(AtOnce).Close();
        ExpectMsg<Resumed>(AtOnce);
        _manager.Tell(new CloseAll());
        ExpectMsg<AllClosed>(AtOnce);
        foreach (var message in new object[] { new CloseAll(), new GetConn(), new Drain() })
        {
            _manager.Tell(message);
            Assert.Equal(PoolErrorKind.Closed, Refusal().Kind);
        }
    }

    [Fact]
    public async Task One_pool_has_managers_in_several_systems()
    {
        using var other = ActorSystem.Create("other", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        var (second, third) = (_pool.ManagerIn(Sys), _pool.ManagerIn(other));
        var lease = await third.Ask<PooledConnection>(new GetConn("a"));

        await _manager.Ask<ConnPut>(new PutConn(lease));

        Assert.False((await second.Ask<PooledConnection>(new GetConn("a"))).IsNewSession);
        await other.Terminate();
    }

    /// <summary>The actor's handler runs inside the answer, and calls the pool from there.</summary>
    [Fact]
    public void An_actor_on_the_thread_of_the_test_borrows_uses_and_returns_at_once()
    {
        var done = new List<string>();
        var actor = new TestActorRef<Reactive>(Sys, Props.Create(() => new Reactive(_manager, _pool, done)));

        actor.Tell("go");

        Assert.Equal(["fake", "nested", "put"], done);
        Assert.Empty(_pool.Lent);
    }

    private PoolException Refusal() => Assert.IsType<PoolException>(ExpectMsg<Status.Failure>(AtOnce).Cause);

    private void Stop(TestProbe probe)
    {
        Watch(probe);
        Sys.Stop(probe);
        ExpectTerminated(probe, TimeSpan.FromSeconds(30));
        Unwatch(probe);
    }

    private sealed class Reactive : ReceiveActor
    {
        public Reactive(IActorRef manager, IConnectionPool pool, List<string> done)
        {
            Receive<string>(_ => manager.Tell(new GetConn()));
            Receive<PooledConnection>(lease =>
            {
                done.Add(lease.Database);
                using (pool.GetConnAsync().AsTask().GetAwaiter().GetResult())
                    done.Add("nested");
                manager.Tell(new PutConn(lease));
            });
            Receive<ConnPut>(_ => done.Add("put"));
        }
    }

    private sealed class RemoteRef : MinimalActorRef
    {
        public override ActorPath Path { get; } = ActorPath.Parse("akka.tcp://elsewhere@host:1/user/a");

        public override IActorRefProvider Provider => throw new NotSupportedException();

        public override bool IsLocal => false;

        protected override void TellInternal(object message, IActorRef sender)
        {
        }
    }

    private sealed class ThrowingKey
    {
        public override bool Equals(object? obj) => throw new InvalidDataException("Equals");

        public override int GetHashCode() => throw new InvalidDataException("GetHashCode");
    }
}

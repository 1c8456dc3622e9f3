using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Messages;

/// <summary>An actor in another process asks a pool: two actor systems with Akka.Remote between them.</summary>
public sealed class RemoteTests : PoolTest
{
    private const string Remoting = """
        akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }
        """;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _here = ActorSystem.Create("here", Remoting);
    private readonly ActorSystem _there = ActorSystem.Create("there", Remoting);

    public override async Task DisposeAsync()
    {
        await Task.WhenAll(_here.Terminate(), _there.Terminate());
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_remote_actor_that_asks_for_a_lease_learns_why_it_gets_none()
    {
        await using var pool = await ConnectionPool.StartAsync(_here, new PoolSettings(ConnectionString, 1, 1));
        var manager = await RemoteAsync(pool.Manager);
        using var inbox = Inbox.Create(_there);

        manager.Tell(new GetConn("k") { Timeout = TimeSpan.FromSeconds(1) }, inbox.Receiver);
        // An inbox throws the cause of a failure that it receives.
        var told = await Assert.ThrowsAsync<PoolException>(() => inbox.ReceiveAsync(Soon));
        var asked = await Assert.ThrowsAsync<PoolException>(() => manager.Ask<PooledConnection>(new GetConn(), Soon));

        Assert.All([told, asked], error =>
        {
            Assert.Equal(PoolErrorKind.NotLocal, error.Kind);
            Assert.Contains("is in another process", error.Message, StringComparison.Ordinal);
            Assert.Contains("Pool 'default'", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        });
        Assert.Equal((0, 2L), (pool.Statistics.InUse, pool.Statistics.NotLocal));
    }

    [Fact]
    public async Task A_remote_actor_cannot_be_the_owner_of_a_lease()
    {
        await using var pool = await ConnectionPool.StartAsync(_here, new PoolSettings(ConnectionString, 1, 1));
        var remote = await RemoteAsync(_there.ActorOf(Props.Empty, "remote"), seenFrom: _here);

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync(new GetConn { Owner = remote }));

        Assert.Equal(PoolErrorKind.NotLocal, error.Kind);
    }

    [Fact]
    public async Task A_remote_actor_reads_the_numbers_of_a_pool()
    {
        await using var pool = await ConnectionPool.StartAsync(_here, new PoolSettings(ConnectionString, 2, 3));
        var manager = await RemoteAsync(pool.Manager);

        var numbers = await manager.Ask<PoolStatistics>(new GetStatistics(), Soon);

        Assert.Equal(("default", 2, 3, 2), (numbers.Name, numbers.Min, numbers.Max, numbers.Idle));
    }

    [Fact]
    public async Task An_error_from_another_process_keeps_its_kind_its_words_and_the_servers_code()
    {
        var cause = await Record.ExceptionAsync(() => ConnectionPool.StartAsync(_here, new PoolSettings($"{ConnectionString};Database=no_such_database", 1, 1)));
        var original = Assert.IsType<PoolException>(cause);
        var thrower = await RemoteAsync(_here.ActorOf(Props.Create(() => new Thrower(original)), "thrower"));

        var error = await Assert.ThrowsAsync<PoolException>(() => thrower.Ask<object>("throw", Soon));

        Assert.Equal("3D000", error.SqlState);
        Assert.Equal((original.Kind, original.Message, original.SqlState, original.IsTransient), (error.Kind, error.Message, error.SqlState, error.IsTransient));
        Assert.Equal(original.InnerException?.Message, error.InnerException?.Message);
    }

    /// <summary>An actor of one system, as the other system sees it.</summary>
    private Task<IActorRef> RemoteAsync(IActorRef actor, ActorSystem? seenFrom = null)
    {
        var owner = seenFrom == _here ? _there : _here;
        var address = ((ExtendedActorSystem)owner).Provider.DefaultAddress;
        return (seenFrom ?? _there).ActorSelection(actor.Path.ToStringWithAddress(address)).ResolveOne(Soon);
    }

    private sealed class Thrower : ReceiveActor
    {
        public Thrower(Exception error) => Receive<string>(_ => Sender.Tell(new Status.Failure(error)));
    }
}

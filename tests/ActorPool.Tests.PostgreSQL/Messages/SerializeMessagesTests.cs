using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Messages;

/// <summary>An actor system that serializes every message and every creator, as many test suites do.</summary>
public sealed class SerializeMessagesTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system = ActorSystem.Create("serializing", """
        akka { loglevel = WARNING, stdout-loglevel = OFF, actor { serialize-messages = on, serialize-creators = on } }
        """);

    public override async Task DisposeAsync()
    {
        await _system.Terminate();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_pool_starts_serves_and_ends_where_messages_are_serialized()
    {
        await using var pool = await ConnectionPool.StartAsync(_system, new PoolSettings(ConnectionString, 1, 2) { Reset = ResetMode.DiscardAll }).WaitAsync(Soon);

        await using (var lease = await pool.GetConnAsync("k"))
            Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        var put = await pool.GetConnAsync(new object());
        await pool.PutConnAsync(put);
        await pool.ResizeAsync(1, 1);
        await pool.DrainAsync();
        await pool.PauseAsync(untilReturned: true);
        await pool.ResumeAsync();
        Assert.Empty(await pool.GetLeasesAsync());

        await pool.CloseAllAsync().WaitAsync(Soon);
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task An_actor_gets_leases_and_refusals_where_messages_are_serialized()
    {
        await using var pool = await ConnectionPool.StartAsync(_system, new PoolSettings(ConnectionString, 1, 1)).WaitAsync(Soon);
        using var inbox = Inbox.Create(_system);

        async Task<T> AskAsync<T>(object message)
        {
            pool.Manager.Tell(message, inbox.Receiver);
            return Assert.IsType<T>(await inbox.ReceiveAsync(Soon), exactMatch: false);
        }

        var lease = await AskAsync<PooledConnection>(new GetConn("k"));
        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        Assert.Single(await AskAsync<PoolLease[]>(new GetLeases()));
        // By Ask: Akka itself cannot read back a Status.Failure that it serialized for an actor, unless Akka.Remote is there.
        var refusal = await Assert.ThrowsAsync<PoolException>(() => pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.Zero }, Soon));
        Assert.Equal(PoolErrorKind.Exhausted, refusal.Kind);
        Assert.Contains("max-connections", refusal.Message, StringComparison.Ordinal);
        await AskAsync<ConnPut>(new PutConn(lease));
        Assert.Equal(1, (await AskAsync<PoolStatistics>(new GetStatistics())).Idle);
        await AskAsync<AllClosed>(new CloseAll());
    }
}

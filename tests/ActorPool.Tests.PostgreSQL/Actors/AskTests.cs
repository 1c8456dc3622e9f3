using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class AskTests : PoolTest
{
    [Fact]
    public async Task Ask_gives_a_connection_and_takes_it_back()
    {
        var pool = await StartAsync(1, 2);

        var connection = await pool.Manager.Ask<PooledConnection>(new GetConn("k"));
        Assert.Equal("k", connection.Key);
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1::bigint"));
        Assert.IsType<ConnPut>(await pool.Manager.Ask(new PutConn(connection, "k")));

        var statistics = await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        Assert.Equal((1, 0), (statistics.Idle, statistics.InUse));
    }

    [Fact]
    public async Task Every_failure_is_thrown_by_Ask()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.Zero });
        var connection = await pool.Manager.Ask<PooledConnection>(new GetConn());

        await RefusedAsync(PoolErrorKind.Exhausted, () => pool.Manager.Ask<PooledConnection>(new GetConn()));
        await RefusedAsync(PoolErrorKind.Timeout, () => pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.FromMilliseconds(50) }));
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.Manager.Ask<ConnPut>(new PutConn(connection, "other")));
        await pool.Manager.Ask<ConnPut>(new PutConn(connection));
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.Manager.Ask<ConnPut>(new PutConn(connection)));
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.Manager.Ask<ConnPut>(new PutConn(null!)));
        await RefusedAsync(PoolErrorKind.Timeout, () => pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.FromSeconds(-5) }));
    }

    [Fact]
    public async Task A_put_that_is_told_is_answered_to_its_sender()
    {
        var pool = await StartAsync(1, 1);
        pool.Manager.Tell(new GetConn(), TestActor);
        var connection = await ExpectMsgAsync<PooledConnection>();

        pool.Manager.Tell(new PutConn(connection), TestActor);
        await ExpectMsgAsync<ConnPut>();
        pool.Manager.Tell(new PutConn(connection), TestActor);
        Assert.IsType<PoolException>((await ExpectMsgAsync<Status.Failure>()).Cause);
    }

    [Fact]
    public async Task What_nobody_sent_is_one_warning_in_the_log()
    {
        var pool = await StartAsync(1, 1);
        var connection = await pool.GetConnAsync();

        await EventFilter.Warning(contains: "without a sender").ExpectAsync(1, async () =>
        {
            pool.Manager.Tell(new GetConn(), ActorRefs.NoSender);
            await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        });
        await pool.PutConnAsync(connection);
        await EventFilter.Warning(contains: "without a sender").ExpectAsync(1, async () =>
        {
            pool.Manager.Tell(new PutConn(connection), ActorRefs.NoSender);
            await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        });
        Assert.Equal(1, pool.Statistics.Idle);
    }

    [Fact]
    public async Task An_Ask_can_be_forwarded_with_its_asker_as_the_owner_as_often_as_anyone_likes()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var forwarder = Sys.ActorOf(Props.Create(() => new Forwarder(pool.Manager)));

        var ask = forwarder.Ask<PooledConnection>("please", TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => pool.Statistics.Waiting == 4, "all four wait");
        await held.DisposeAsync();
        await ask;

        await using var next = await pool.GetConnAsync();
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task An_Ask_that_times_out_in_the_queue_leaves_it_at_once()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();

        await Assert.ThrowsAsync<AskTimeoutException>(() => pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromMilliseconds(50)));

        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "nobody waits");
        await held.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Idle == 1, "the connection is idle");
    }

    [Fact]
    public async Task An_Ask_that_is_cancelled_in_the_queue_leaves_it_at_once()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var ask = pool.Manager.Ask<PooledConnection>(new GetConn(), cancellation.Token);
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "nobody waits");
        await held.DisposeAsync();
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef manager) => ReceiveAny(_ =>
        {
            manager.Tell(new GetConn { Owner = Sender }, Sender);
            manager.Tell(new GetConn(), Sender);
            manager.Tell(new GetConn(), Sender);
            manager.Tell(new GetConn { Owner = Sender }, Sender);
        });
    }

    private static async Task RefusedAsync(PoolErrorKind kind, Func<Task> call) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<PoolException>(call)).Kind);
}

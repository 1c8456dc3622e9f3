using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class AskTests : PoolTest
{
    [Fact]
    public async Task A_message_without_a_sender_is_one_warning_in_the_log()
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
    public async Task An_Ask_can_be_forwarded_several_times_with_its_sender_as_the_owner()
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
    public async Task An_Ask_that_times_out_leaves_the_queue_at_once()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();

        await Assert.ThrowsAsync<AskTimeoutException>(() => pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromMilliseconds(50)));

        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "no request waits");
        await held.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Idle == 1, "the connection is idle");
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

using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class ManagerEndTests : PoolTest
{
    [Theory]
    [InlineData("kill")]
    [InlineData("poison")]
    [InlineData("stop")]
    public async Task A_stopped_manager_closes_everything_and_answers_every_request(string how)
    {
        var pool = await StartAsync(2, 2);
        var held = await pool.GetConnAsync();
        var query = ExecuteAsync(await pool.GetConnAsync(), "SELECT pg_sleep(60)");
        var waiting = Enumerable.Range(0, 100).Select(_ => pool.GetConnAsync().AsTask()).ToArray();
        var asking = Enumerable.Range(0, 100).Select(_ => pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(10))).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 200, "all wait");

        if (how == "stop")
            Sys.Stop(pool.Manager);
        else
            pool.Manager.Tell(how == "kill" ? Kill.Instance : PoisonPill.Instance, ActorRefs.NoSender);
        var late = Enumerable.Range(0, 100).Select(_ => pool.GetConnAsync().AsTask()).ToArray();

        foreach (var call in waiting.Concat(asking).Concat(late))
            Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => call)).Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => query);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
        await held.DisposeAsync();
        await pool.DisposeAsync();
    }
}

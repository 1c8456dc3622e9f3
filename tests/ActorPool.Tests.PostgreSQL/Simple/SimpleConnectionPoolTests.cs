using ActorPool.Driver;
using ActorPool.Simple;
using ActorPool.Tests.PostgreSQL.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorPool.Tests.PostgreSQL.Simple;

public sealed class SimpleConnectionPoolTests : PoolTest
{
    [Fact]
    public async Task Closeall_ends_running_queries_and_every_later_call()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 2));
        var connection = await pool.GetConnAsync();
        var query = ExecuteAsync(connection, "SELECT pg_sleep(60)");
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));

        // A backend that ignores its cancellation would take six seconds.
        await pool.CloseAllAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(0, await Backends.CountAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => query);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask())).Kind);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => pool.PutConnAsync(connection).AsTask())).Kind);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(pool.CloseAllAsync)).Kind);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task The_statistics_show_work_that_ended_since_the_last_call()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 0, 2));
        await pool.PutConnAsync(await pool.GetConnAsync(), close: true);

        await EventuallyAsync(() => pool.Statistics is { Open: 0, Closing: 0, Closed: 1 }, "the connection is closed");
    }

    [Fact]
    public async Task A_call_during_another_call_is_refused()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 0, 2));
        var opening = pool.GetConnAsync().AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => pool.GetConnAsync().AsTask());

        await (await opening).DisposeAsync();
    }

    [Fact]
    public async Task Results_that_no_call_awaits_do_not_accumulate()
    {
        var settings = new PoolSettings(ConnectionString, 1, 1) { Reset = ResetMode.DiscardAll };
        var driver = new SimpleShell(settings, NpgsqlSource.Create(settings), new SimplePoolLog(NullLogger.Instance, "default"), TimeProvider.System);
        await driver.StartAsync(CancellationToken.None);
        for (var round = 0; round < 20; round++)
        {
            driver.Put(await driver.GetAsync(new SimpleRequest(null, null, 0), CancellationToken.None), null, close: false);
            await EventuallyAsync(() => driver.Statistics.Idle == 1, "the reset is over");
        }

        Assert.InRange(driver.Signals, 0, 1);
        await driver.DisposeAsync();
    }
}

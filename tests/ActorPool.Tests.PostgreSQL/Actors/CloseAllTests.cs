using System.Diagnostics;
using System.Globalization;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class CloseAllTests : PoolTest
{
    [Fact]
    public async Task Closeall_cancels_long_queries_at_once_and_leaves_no_backend()
    {
        var pool = await StartAsync(0, 8);
        var queries = new List<Task>();
        for (var i = 0; i < 8; i++)
            queries.Add(ExecuteAsync(await pool.GetConnAsync(), "SELECT pg_sleep(60)"));
        Assert.Equal(8, await Backends.WaitForAsync(8, "state = 'active'"));
        var waiters = Enumerable.Range(0, 1000).Select(_ => pool.GetConnAsync().AsTask()).ToArray();
        var clock = Stopwatch.StartNew();

        await pool.CloseAllAsync();

        // A backend that ignores its cancellation would take six seconds.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Assert.Equal(0, await Backends.CountAsync());
        foreach (var waiter in waiters)
            Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => waiter)).Kind);
        foreach (var query in queries)
            await Assert.ThrowsAnyAsync<Exception>(() => query);
    }

    [Fact]
    public async Task Closeall_while_connections_are_being_opened_leaves_no_backend()
    {
        for (var round = 0; round < 20; round++)
        {
            var pool = await StartAsync(0, 8, settings => settings with { MaxConcurrentOpens = 8 });
            var waiters = Enumerable.Range(0, 8).Select(_ => pool.GetConnAsync().AsTask()).ToArray();

            await pool.CloseAllAsync();

            Assert.Equal(0, await Backends.CountAsync());
            // A request that was served just before has a lease that is over.
            foreach (var waiter in waiters)
                await Assert.ThrowsAsync<PoolException>(async () => (await waiter).Npgsql.ProcessID.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task A_graceful_end_waits_for_a_borrowed_connection()
    {
        var pool = await StartAsync(2, 4, settings => settings with { CloseTimeout = TimeSpan.FromSeconds(30) });
        var held = await pool.GetConnAsync();
        var end = pool.DisposeAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Open == 1, "the idle connection is closed");
        await RefusedAsync(() => pool.GetConnAsync().AsTask());
        Assert.Equal(1L, await ScalarAsync(held, "SELECT 1::bigint"));
        Assert.False(end.IsCompleted);

        await held.DisposeAsync();

        await end.WaitAsync(TimeSpan.FromSeconds(15));
        await pool.DisposeAsync();
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_graceful_end_closes_connections_that_are_not_returned_in_time()
    {
        var pool = await StartAsync(1, 4, settings => settings with { CloseTimeout = TimeSpan.FromMilliseconds(200) });
        var held = await pool.GetConnAsync();

        await pool.DisposeAsync();

        Assert.Equal(0, await Backends.CountAsync());
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(call)).Kind);
}

using ActorPool.Tests.PostgreSQL.Support;
using Dapper;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A borrower reopens the driver's connection after it was closed.</summary>
public sealed class ReopenedDriverConnectionTests : PoolTest
{
    [Fact]
    public async Task A_driver_connection_that_its_borrower_reopened_is_not_kept()
    {
        var pool = await StartAsync(1, 1);
        int second;
        await using (var lease = await pool.GetConnAsync("key"))
        {
            await lease.Npgsql.CloseAsync();
            await lease.Npgsql.OpenAsync();
            second = await PidAsync(lease);
        }

        await using var next = await pool.GetConnAsync("key");

        Assert.NotEqual(second, await PidAsync(next));
        Assert.True(next.IsNewSession);
        Assert.Equal(1, pool.Statistics.ClosedUnusable);
        Assert.Equal(1, await Backends.WaitForAsync(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broken_driver_connection_that_is_reopened_leaves_no_backend_too_many(bool isBusy)
    {
        var pool = await StartAsync(1, 1);
        for (var round = 0; round < 5; round++)
        {
            var lease = await pool.GetConnAsync();
            var driver = lease.Npgsql;
            await Assert.ThrowsAnyAsync<Exception>(() => driver.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())"));
            await driver.CloseAsync();
            await driver.OpenAsync();
            var second = await PidAsync(lease);
            if (isBusy)
                _ = await driver.ExecuteReaderAsync("SELECT generate_series(1, 100000)");

            await lease.DisposeAsync();

            await using var next = await pool.GetConnAsync();
            Assert.Equal(0, await Backends.CountAsync($"pid = {second}"));
        }

        Assert.Equal(5, pool.Statistics.Lost);
    }

    [Fact]
    public async Task A_driver_connection_that_the_pool_has_ended_cannot_be_reopened()
    {
        var pool = await StartAsync(0, 1, settings => settings with { MaxHoldTime = TimeSpan.FromSeconds(1) });
        var lease = await pool.GetConnAsync();
        var driver = lease.Npgsql;
        await EventuallyAsync(() => pool.Statistics is { EndedByForce: 1, Open: 0 }, "the lease is ended");
        await EventuallyAsync(() => Record.Exception(driver.CreateCommand) is ObjectDisposedException, "the driver's connection is of no use any more");

        // Dapper opens a connection that it finds closed.
        await Assert.ThrowsAsync<ObjectDisposedException>(() => driver.ExecuteAsync("CREATE TABLE outside (id int)"));

        Assert.Equal(0, await Backends.CountAsync());
    }
}

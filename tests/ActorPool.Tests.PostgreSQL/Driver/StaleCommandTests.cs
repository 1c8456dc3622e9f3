using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>Npgsql recycles disposed commands: one disposed late, or twice, must not become or spoil the next borrower's.</summary>
public sealed class StaleCommandTests : DriverTest
{
    [Theory, BothWays]
    public Task Of_the_lease_disposed_after_the_return_and_twice(DriverAccess access) =>
        AssertNextIsUntouchedAsync(access, lease => lease.CreateCommand(), early: false);

    [Theory, BothWays]
    public Task Of_the_lease_disposed_before_the_return_and_after(DriverAccess access) =>
        AssertNextIsUntouchedAsync(access, lease => lease.CreateCommand(), early: true);

    [Theory, BothWays]
    public Task Of_the_driver_disposed_after_the_return_and_twice(DriverAccess access) =>
        AssertNextIsUntouchedAsync(access, lease => lease.Npgsql.CreateCommand(), early: false);

    [Theory, BothWays]
    public Task Of_the_driver_disposed_before_the_return_and_after(DriverAccess access) =>
        AssertNextIsUntouchedAsync(access, lease => lease.Npgsql.CreateCommand(), early: true);

    [Theory, BothWays]
    public async Task A_batch_of_the_driver_disposed_before_the_return_and_after(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var stale = lease.Npgsql.CreateBatch();
        stale.BatchCommands.Add(new("SELECT 1"));
        await stale.ExecuteNonQueryAsync();
        await stale.DisposeAsync();
        await lease.DisposeAsync();

        await using var next = await pool.GetConnAsync();
        var first = next.Npgsql.CreateBatch();
        first.BatchCommands.Add(new("SELECT 2"));
        await stale.DisposeAsync();
        await using var second = next.Npgsql.CreateBatch();
        second.BatchCommands.Add(new("SELECT 3"));

        Assert.NotSame(first, second);
        Assert.Equal(2, await first.ExecuteScalarAsync());
        Assert.Equal(3, await second.ExecuteScalarAsync());
    }

    private async Task AssertNextIsUntouchedAsync(DriverAccess access, Func<PooledConnection, DbCommand> create, bool early)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var stale = create(lease);
        stale.CommandText = "SELECT 1";
        Assert.Equal(1, await stale.ExecuteScalarAsync());
        if (early)
            await stale.DisposeAsync();
        await lease.DisposeAsync();

        await using var next = await pool.GetConnAsync();
        await using var first = create(next);
        first.CommandText = "SELECT 2";
        await stale.DisposeAsync();
        stale.Dispose();
        await using var second = create(next);
        second.CommandText = "SELECT 3";

        Assert.NotSame(first, second);
        Assert.Equal(2, await first.ExecuteScalarAsync());
        Assert.Equal(3, await second.ExecuteScalarAsync());
        Assert.Equal(2, await first.ExecuteScalarAsync());
    }
}

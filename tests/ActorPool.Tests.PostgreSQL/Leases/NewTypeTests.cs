using ActorPool.Tests.PostgreSQL.Support;
using Dapper;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A type is created while the pool runs: one <c>ReloadTypes</c> is enough for every later lease.</summary>
public sealed class NewTypeTests : PoolTest
{
    private const string NewType = "CREATE TYPE mood AS ENUM ('well')";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_later_lease_knows_a_type_that_one_lease_has_loaded(bool hasSeveralHosts)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        if (hasSeveralHosts)
            text.Host = $"{text.Host}:{text.Port},{text.Host}:{text.Port}";
        var pool = await StartAsync(3, 3, settings => settings with { ConnectionString = text.ConnectionString });
        await using (var lease = await pool.GetConnAsync())
        {
            await using var stale = await pool.GetConnAsync();
            await ExecuteAsync(lease, NewType);
            await lease.Npgsql.ReloadTypesAsync();
            Assert.Equal("well", await ScalarAsync(lease, "SELECT 'well'::mood"));
        }

        var all = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => pool.GetConnAsync().AsTask()));
        foreach (var lease in all)
        {
            Assert.Equal("well", await ScalarAsync(lease, "SELECT 'well'::mood"));
            await lease.DisposeAsync();
        }

        Assert.Equal(3, pool.Statistics.Opened);
    }

    [Fact]
    public async Task A_hook_knows_a_type_that_one_lease_has_loaded()
    {
        var isThere = false;
        var pool = await StartAsync(2, 2, settings => settings with
        {
            Check = async (connection, token) => Assert.Equal("well", isThere ? await connection.ExecuteScalarAsync<object>("SELECT 'well'::mood") : "well"),
        });
        await using (var lease = await pool.GetConnAsync())
        {
            await ExecuteAsync(lease, NewType);
            await lease.Npgsql.ReloadTypesAsync();
        }

        isThere = true;
        await using (await pool.GetConnAsync())
        await using (await pool.GetConnAsync())
            Assert.Equal(0, pool.Statistics.ClosedByHook);
    }

    [Fact]
    public async Task A_simple_pool_knows_a_type_that_one_lease_has_loaded()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 2, 2));
        await using (var lease = await pool.GetConnAsync())
        {
            await ExecuteAsync(lease, NewType);
            await lease.Npgsql.ReloadTypesAsync();
        }

        await using var one = await pool.GetConnAsync();
        await using var other = await pool.GetConnAsync();
        Assert.Equal("well", await ScalarAsync(one, "SELECT 'well'::mood"));
        Assert.Equal("well", await ScalarAsync(other, "SELECT 'well'::mood"));
    }
}

using ActorPool.TestSupport;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>Sessions of servers that change their role.</summary>
public sealed class FailoverTests : HostsTest
{
    [Fact]
    public async Task Sessions_of_a_former_primary_that_still_runs_are_replaced()
    {
        var former = await StartPrimaryAsync();
        var now = new NpgsqlConnectionStringBuilder(ConnectionString);
        await RunAsync(former.ConnectionString, $"CREATE DATABASE {now.Database}");
        var text = With(ConnectionString, Recipe, HostOf(former.ConnectionString), HostOf(ConnectionString));
        var pool = await StartAsync(new PoolSettings(text, 4, 4));
        Assert.Equal(PortOf(former), await PortAsync(pool));
        await RunAsync(former, "ALTER SYSTEM SET default_transaction_read_only = on");
        await RunAsync(former, "SELECT pg_reload_conf()");

        // The answer to any command shows that the server is read-only, and then the pool tests the other connections.
        await Until.TrueAsync(async () => await PortAsync(pool) != PortOf(former), "a connection is replaced");
        var ports = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var lease = await pool.GetConnAsync();
            var port = (string)(await ScalarAsync(lease, "SHOW port"))!;
            await Task.Delay(50);
            return port;
        }));

        Assert.All(ports, port => Assert.Equal($"{now.Port}", port));
    }

    [Fact]
    public async Task A_single_host_of_the_wrong_kind_is_refused_with_the_reason()
    {
        var settings = new PoolSettings($"{ConnectionString};Target Session Attributes=standby", 1, 1) { AcquireTimeout = TimeSpan.FromSeconds(0.3) };

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(settings));

        Assert.Contains("The server is a primary, and Target Session Attributes asks for standby", error.Message, StringComparison.Ordinal);
        Assert.Contains("promote one", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    [Fact]
    public async Task A_session_that_its_key_made_read_only_stays()
    {
        var pool = await StartAsync(1, 1, settings => settings with { ConnectionString = $"{ConnectionString};{Recipe}", ValidateAfterIdle = TimeSpan.Zero });
        int before;
        await using (var lease = await pool.GetConnAsync("reader"))
        {
            before = await PidAsync(lease);
            await ExecuteAsync(lease, "SET default_transaction_read_only = on");
        }

        await using var again = await pool.GetConnAsync("reader");

        Assert.Equal((before, false), (await PidAsync(again), again.IsNewSession));
    }
}

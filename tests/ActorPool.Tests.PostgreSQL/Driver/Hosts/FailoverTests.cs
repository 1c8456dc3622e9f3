using System.Diagnostics;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>Two servers, of which the second is promoted.</summary>
public sealed class FailoverTests : HostsTest
{
    private const string Recipe = "Target Session Attributes=read-write";

    [Fact]
    public async Task A_borrower_writes_within_about_a_second_of_a_promotion()
    {
        var primary = await StartPrimaryAsync();
        var standby = Keep(await primary.StartStandbyAsync());
        string[] hosts = [HostOf(primary.ConnectionString), HostOf(standby.ConnectionString)];
        await using var given = NpgsqlDataSource.Create(With(primary.ConnectionString, $"{Recipe};Pooling=false", hosts));
        ConnectionPool[] pools =
        [
            await StartAsync(new PoolSettings(With(primary.ConnectionString, Recipe, hosts), 1, 4) { Name = "string" }),
            await StartAsync(new PoolSettings("", 1, 4) { Name = "source", DataSource = given }),
            await StartAsync(new PoolSettings("", 1, 4) { Name = "side", DataSource = ((NpgsqlMultiHostDataSource)given).WithTargetSession(TargetSessionAttributes.Primary) }),
        ];
        var reports = await StartAsync(new PoolSettings(With(primary.ConnectionString, "Target Session Attributes=prefer-standby", hosts), 1, 2) { Name = "reports" });
        Assert.Equal(PortOf(standby), await PortAsync(reports));
        Assert.Equal(PortOf(standby), await PortAsync(reports));
        Assert.Equal((1, 0), (reports.Statistics.Opened, reports.Statistics.ConnectFailures));
        await primary.StopAsync(PostgresStopMode.Immediate);
        var waiting = pools.Select(PortAsync).ToArray();
        foreach (var pool in pools)
        {
            await EventuallyAsync(() => pool.Statistics.ConnectFailures > 3, "no host will do");
            Assert.Contains("The server is a standby, and Target Session Attributes asks for", pool.Statistics.LastConnectError, StringComparison.Ordinal);
        }

        await RunAsync(standby, "SELECT pg_promote()");
        var clock = Stopwatch.StartNew();

        Assert.All(await Task.WhenAll(waiting), port => Assert.Equal(PortOf(standby), port));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1.5), $"It took {clock.Elapsed}.");
        foreach (var pool in pools)
            Assert.Empty(await WriteAsync(pool, TimeSpan.Zero));
    }

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
        for (var end = DateTime.UtcNow.AddSeconds(5); await PortAsync(pool) == PortOf(former);)
            Assert.True(DateTime.UtcNow < end, "None is replaced.");
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

    private static int PortOf(PostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    private static Task RunAsync(PostgresServer server, string sql) => RunAsync(server.ConnectionString, sql);

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var admin = new NpgsqlConnection($"{connectionString};Pooling=false");
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand(sql, admin);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<PostgresServer> StartPrimaryAsync()
    {
        var primary = await StartServerAsync(new PostgresServerOptions { AlwaysThrowaway = true });
        await RunAsync(primary, "CREATE TABLE written (id int GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now())");
        return primary;
    }
}

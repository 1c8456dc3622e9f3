using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorPool.Hosting;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>The health check, as an operator sees it.</summary>
public sealed class HealthCheckTests : HostTest
{
    [Fact]
    public async Task A_pool_with_its_connections_is_healthy_and_shows_its_numbers()
    {
        var (host, pool) = await RunAsync(settings => settings with { MinConnections = 2, MaxConnections = 3 });
        await using var held = await pool.GetConnAsync();

        var report = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal("Pool 'default' has 2 of at most 3 connections open, 1 of them in use.", report.Description);
        Assert.Equal((2, 1, 1, 0), (report.Data["open"], report.Data["idle"], report.Data["in_use"], report.Data["waiting"]));
        Assert.Equal((2, 3, 0.0, false), (report.Data["min"], report.Data["max"], report.Data["longest_wait_seconds"], report.Data["paused"]));
        Assert.DoesNotContain("last_connect_error", report.Data);
    }

    [Fact]
    public async Task A_request_that_waits_for_too_long_degrades()
    {
        var (host, pool) = await RunAsync(settings => settings with { MaxConnections = 1 }, akka => akka.WithConnectionPoolHealthCheck(degradedWait: TimeSpan.FromMilliseconds(300)));
        var held = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.LongestWait > TimeSpan.Zero, "the request waits");
        var patient = new ConnectionPoolHealthCheck("default", degradedWait: TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Healthy, (await patient.CheckHealthAsync(new AkkaHealthCheckContext(SystemOf(host)))).Status);
        await EventuallyAsync(() => pool.Statistics.LongestWait > TimeSpan.FromMilliseconds(300), "the request waits for long");

        var report = await CheckAsync(host);
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("1 waiting", report.Description, StringComparison.Ordinal);
        Assert.Equal(1, report.Data["waiting"]);
        Assert.InRange((double)report.Data["longest_wait_seconds"], 0.3, 60);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task Fewer_connections_than_the_minimum_degrade_after_a_while()
    {
        var gate = new TaskCompletionSource();
        var opens = 0;
        var (host, pool) = await RunAsync(settings => settings with { Configure = (_, _) => Interlocked.Increment(ref opens) == 1 ? Task.CompletedTask : gate.Task });
        await pool.ResizeAsync(2, 2);
        var check = new ConnectionPoolHealthCheck("default", TimeSpan.FromSeconds(5), replacement: TimeSpan.FromMilliseconds(300));
        var patient = new ConnectionPoolHealthCheck("default", TimeSpan.FromSeconds(5), replacement: TimeSpan.FromHours(1));
        var context = new AkkaHealthCheckContext(SystemOf(host));
        Assert.Equal(HealthStatus.Healthy, (await patient.CheckHealthAsync(context)).Status);
        await EventuallyAsync(() => pool.Statistics.BelowMin > TimeSpan.FromMilliseconds(300), "it lasts");

        var report = await check.CheckHealthAsync(context);
        gate.SetResult();

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("fewer than its minimum of 2 connections open for ", report.Description, StringComparison.Ordinal);
        await EventuallyAsync(() => pool.Statistics.Open == 2, "both are open");
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(context)).Status);
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("loss")]
    [InlineData("lifetime")]
    public async Task An_ordinary_replacement_is_healthy(string cause)
    {
        var gate = new TaskCompletionSource();
        var opens = 0;
        var (host, pool) = await RunAsync(settings => settings with
        {
            Configure = (_, _) => Interlocked.Increment(ref opens) == 1 ? Task.CompletedTask : gate.Task,
            MaxLifetime = cause == "lifetime" ? TimeSpan.FromMilliseconds(500) : settings.MaxLifetime,
        });
        if (cause == "drain")
            await pool.DrainAsync();
        else if (cause == "loss")
            await Backends.TerminateAsync();
        await EventuallyAsync(() => pool.Statistics is { Open: 0, Opening: 1 }, "it is being replaced");

        var report = await CheckAsync(host);
        gate.SetResult();

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Matches(@"has 0 of at most \d+ connections open, 0 of them in use, and 1 being opened", report.Description);
    }

    [Fact]
    public async Task A_pool_without_keep_min_is_healthy_below_its_minimum()
    {
        var (host, pool) = await RunAsync(settings => settings with { MinConnections = 2, MaxConnections = 2, KeepMin = false });
        var connection = await pool.GetConnAsync();
        await pool.PutConnAsync(connection, close: true);
        await EventuallyAsync(() => pool.Statistics.Open == 1, "it is closed");

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task A_paused_pool_is_degraded_until_it_is_resumed()
    {
        var (host, pool) = await RunAsync(settings => settings);
        await pool.PauseAsync();

        var report = await CheckAsync(host);
        await pool.ResumeAsync();

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal(true, report.Data["paused"]);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task Opens_that_fail_while_a_connection_lives_degrade()
    {
        var refuses = false;
        var (host, pool) = await RunAsync(settings => settings with { Configure = (_, _) => refuses ? throw new InvalidOperationException("no more") : Task.CompletedTask });
        refuses = true;
        await pool.ResizeAsync(2, 2);
        await EventuallyAsync(() => pool.Statistics.LastConnectError is not null, "an open fails");

        var report = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("no more", report.Description, StringComparison.Ordinal);
        Assert.Contains("no more", (string)report.Data["last_connect_error"], StringComparison.Ordinal);
        Assert.Equal(1, report.Data["open"]);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_unhealthy_until_it_is_back()
    {
        var (host, pool) = await RunAsync(settings => settings);
        await AllowConnectionsAsync(false);
        await Backends.TerminateAsync();
        await EventuallyAsync(() => pool.Statistics is { Open: 0, LastConnectError: not null }, "nothing is open and opens fail", TimeSpan.FromSeconds(20));

        var report = await CheckAsync(host);
        await AllowConnectionsAsync(true);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.StartsWith("Pool 'default' has no connection and cannot open one: ", report.Description, StringComparison.Ordinal);
        Assert.Contains("not currently accepting connections", (string)report.Data["last_connect_error"], StringComparison.Ordinal);
        await EventuallyAsync(() => pool.Statistics is { Open: 1, LastConnectError: null }, "it is back", TimeSpan.FromSeconds(20));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task A_pool_without_connections_is_tested_by_borrowing()
    {
        var (host, pool) = await RunAsync(settings => settings with { MinConnections = 0, IdleTimeout = TimeSpan.Zero });

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
        Assert.Equal(1, pool.Statistics.Granted);
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Fact]
    public async Task A_pool_with_a_connection_is_not_borrowed_from()
    {
        var (host, pool) = await RunAsync(settings => settings);

        await CheckAsync(host);

        Assert.Equal(0, pool.Statistics.Granted);
    }

    [Fact]
    public async Task A_pool_with_an_unreachable_server_is_unhealthy_and_shows_no_secret()
    {
        var (host, pool) = await RunAsync(settings => settings with
        {
            ConnectionString = "Host=127.0.0.1;Port=1;Username=x;Password=hunter2", MinConnections = 0, AcquireTimeout = TimeSpan.FromSeconds(1),
        });

        // Each check borrows again: nothing else would notice that the server is back.
        for (var round = 1; round <= 2; round++)
        {
            var report = await CheckAsync(host);

            Assert.Equal(HealthStatus.Unhealthy, report.Status);
            Assert.StartsWith("Pool 'default' has no connection and cannot open one: ", report.Description, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", report.Description + string.Join(' ', report.Data), StringComparison.Ordinal);
            Assert.True(report.Data.ContainsKey("last_connect_error"));
        }

        Assert.True(pool.Statistics.ConnectFailures >= 2);
    }

    [Fact]
    public async Task A_pool_whose_server_was_away_when_it_was_last_used_is_healthy_again()
    {
        var refuses = true;
        var (host, pool) = await RunAsync(settings => settings with
        {
            MinConnections = 0,
            ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50), 0),
            Configure = (_, _) => refuses ? throw new InvalidOperationException("away") : Task.CompletedTask,
        });
        await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromSeconds(1) }));
        await EventuallyAsync(() => pool.Statistics is { Opening: 0, LastConnectError: not null }, "no open is tried");
        refuses = false;

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task A_check_of_a_silent_server_ends_at_its_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var (host, pool) = await RunAsync(
            settings => settings with { ConnectionString = $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=x", MinConnections = 0 },
            akka => akka.WithConnectionPoolHealthCheck(timeout: TimeSpan.FromMilliseconds(300)));
        var clock = Stopwatch.StartNew();

        var report = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(10));
        Assert.Contains("before the check timed out", report.Description, StringComparison.Ordinal);
        Assert.Equal(0, report.Data["open"]);
        Assert.Equal(0, pool.Statistics.Waiting);
    }

    [Fact]
    public async Task A_closed_pool_is_unhealthy()
    {
        var (host, pool) = await RunAsync(settings => settings);
        await pool.CloseAllAsync();

        var report = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("it is closed", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_is_being_closed_is_unhealthy()
    {
        var (host, pool) = await RunAsync(settings => settings with { CloseTimeout = TimeSpan.FromSeconds(30) });
        var held = await pool.GetConnAsync();
        var end = pool.DisposeAsync().AsTask();

        var report = await CheckAsync(host);
        await held.DisposeAsync();
        await end;

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal("Pool 'default' is being closed.", report.Description);
    }

    [Fact]
    public async Task A_pool_that_does_not_exist_is_unhealthy()
    {
        var (host, _) = await RunAsync(settings => settings, akka => akka.WithConnectionPoolHealthCheck("defualt"));

        var report = await CheckAsync(host, "defualt");

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("'defualt'", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_pool_has_its_own_check()
    {
        var (host, _) = await RunAsync(settings => settings, akka => akka
            .WithConnectionPool<HealthCheckTests>("reports", settings => settings with { ConnectionString = ConnectionString, MaxConnections = 7 })
            .WithConnectionPoolHealthCheck()
            .WithConnectionPoolHealthCheck("reports", tags: ["ready"], failureStatus: HealthStatus.Degraded));

        Assert.Equal("reports", (await CheckAsync(host, "reports")).Data["pool"]);
        Assert.Equal("default", (await CheckAsync(host)).Data["pool"]);
        Assert.Contains("ready", (await CheckAsync(host, "reports")).Tags);
        await ConnectionPool.Find(SystemOf(host), "reports")!.CloseAllAsync();
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(host, "reports")).Status);
    }

    private async Task<(IHost Host, ConnectionPool Pool)> RunAsync(Func<PoolSettings, PoolSettings> settings, Action<AkkaConfigurationBuilder>? check = null)
    {
        var host = await RunAsync(
            akka =>
            {
                akka.WithConnectionPool(defaults => settings(defaults with { ConnectionString = ConnectionString }));
                if (check is null)
                    akka.WithConnectionPoolHealthCheck();
                else
                    check(akka);
            },
            services => services.AddHealthChecks());
        return (host, ConnectionPool.Find(SystemOf(host))!);
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string pool = "default")
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == $"connection-pool-{pool}");
        return report.Entries[$"connection-pool-{pool}"];
    }

    private async Task AllowConnectionsAsync(bool allow)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        var database = text.Database;
        (text.Database, text.Pooling) = ("postgres", false);
        await using var admin = new NpgsqlConnection(text.ConnectionString);
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand($"ALTER DATABASE {database} ALLOW_CONNECTIONS {allow}", admin);
        await command.ExecuteNonQueryAsync();
    }
}

using System.Data;
using System.Diagnostics;
using Akka;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>The end of the application ends its pools gracefully.</summary>
public sealed class ShutdownTests : HostTest
{
    [Fact]
    public async Task A_borrowed_connection_gets_time_to_come_back()
    {
        using var host = await RunAsync(akka => akka
            .AddHocon(Phase(60), HoconAddMode.Prepend)
            .WithConnectionPool(settings => settings with { ConnectionString = ConnectionString, CloseTimeout = TimeSpan.FromSeconds(40) }));
        var lease = await BorrowAsync(ManagerOf(host));
        var clock = Stopwatch.StartNew();
        var stop = host.StopAsync();
        // The idle connections close first; then the pool waits for this lease.
        Assert.False(stop.IsCompleted);
        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        await lease.DisposeAsync();
        await stop;

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It did not end with the return but took {clock.Elapsed}.");
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_connection_still_borrowed_after_close_timeout_is_closed()
    {
        using var host = await RunAsync(akka => akka
            .AddHocon(Phase(60), HoconAddMode.Prepend)
            .WithConnectionPool(settings => settings with { ConnectionString = ConnectionString, CloseTimeout = TimeSpan.FromMilliseconds(500) }));
        var lease = await BorrowAsync(ManagerOf(host));
        var query = ScalarAsync(lease, "SELECT pg_sleep(60)");
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));
        var clock = Stopwatch.StartNew();
        await host.StopAsync();

        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(450), TimeSpan.FromSeconds(20));
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Equal(0, await Backends.CountAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => query);
    }

    [Fact]
    public async Task A_long_close_timeout_ends_before_the_phase_does()
    {
        using var host = await RunAsync(akka => akka
            .AddHocon(Phase(3), HoconAddMode.Prepend)
            .WithConnectionPool(settings => settings with { ConnectionString = ConnectionString, CloseTimeout = TimeSpan.FromMinutes(1) }));
        var lease = await BorrowAsync(ManagerOf(host));
        var clock = Stopwatch.StartNew();
        await host.StopAsync();

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(2.9));
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task Actors_that_stop_in_an_earlier_phase_can_still_use_the_pool()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(ConnectionString), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();
        var lastWords = new TaskCompletionSource<object?>();
        CoordinatedShutdown.Get(SystemOf(host)).AddTask(CoordinatedShutdown.PhaseServiceStop, "last-words", async () =>
        {
            await using var connection = await pool.GetConnAsync();
            lastWords.SetResult(await ScalarAsync(connection, "SELECT 'good night'"));
            return Done.Instance;
        });
        await host.StopAsync();

        Assert.Equal("good night", await lastWords.Task.WaitAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_request_that_waits_when_the_host_stops_gets_an_answer()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(settings => settings with
        {
            ConnectionString = ConnectionString, MaxConnections = 1, CloseTimeout = TimeSpan.FromMilliseconds(100),
        }));
        var manager = ManagerOf(host);
        await using var lease = await BorrowAsync(manager);
        var waiting = BorrowAsync(manager);
        await host.StopAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => waiting);
        Assert.Equal(PoolErrorKind.Closed, error.Kind);
    }

    [Fact]
    public async Task Terminating_the_actor_system_alone_ends_all_backends()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(settings => settings with
        {
            ConnectionString = ConnectionString, MinConnections = 3, CloseTimeout = TimeSpan.FromMilliseconds(100),
        }));
        var lease = await BorrowAsync(ManagerOf(host));
        await SystemOf(host).Terminate();

        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(ConnectionState.Closed, lease.State);
    }

    [Fact]
    public async Task Terminating_a_system_without_coordinated_shutdown_ends_all_backends()
    {
        using var system = ActorSystem.Create("plain", "akka.coordinated-shutdown.run-by-actor-system-terminate = off, akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(ConnectionString, 3, 3));
        var lease = await pool.GetConnAsync();
        await system.Terminate();

        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(ConnectionState.Closed, lease.State);
        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());
        Assert.Equal(PoolErrorKind.Closed, error.Kind);
        await pool.DisposeAsync();
    }

    private static string Phase(int seconds) => $"akka.coordinated-shutdown.phases.before-actor-system-terminate.timeout = {seconds}s";
}

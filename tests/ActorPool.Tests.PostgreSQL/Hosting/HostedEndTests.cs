using System.Diagnostics;
using ActorPool.Hosting;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>The services of a host with a pool, and ends without a stop of the host.</summary>
public sealed class HostedEndTests : HostTest
{
    private const string Hook = "akka.coordinated-shutdown.run-by-clr-shutdown-hook";

    // Less than the wait for a host that gives no sign of stopping while a connection is lent.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Akkas_hook_for_signals_is_off()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(ConnectionString));

        Assert.False(SystemOf(host).Settings.Config.GetBoolean(Hook));
    }

    [Theory]
    [InlineData(HoconAddMode.Append)]
    [InlineData(HoconAddMode.Prepend)]
    public async Task Akkas_hook_for_signals_follows_the_users_setting(HoconAddMode mode)
    {
        using var host = await RunAsync(akka => akka.AddHocon($"{Hook} = on", mode).WithConnectionPool(ConnectionString));

        Assert.True(SystemOf(host).Settings.Config.GetBoolean(Hook));
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_a_stop_ends_its_pool_at_once()
    {
        var host = await RunAsync(akka => akka.WithConnectionPool(settings => settings with { ConnectionString = ConnectionString, CloseTimeout = TimeSpan.Zero }));
        _ = await BorrowAsync(ManagerOf(host));
        var clock = Stopwatch.StartNew();
        host.Dispose();

        Assert.True(clock.Elapsed < Soon, $"It took {clock.Elapsed}.");
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_worker_found_among_the_services_of_a_running_host_is_itself()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(ConnectionString), services => services.AddHostedService<IdleWorker>());

        Assert.Single(host.Services.GetServices<IHostedService>().OfType<IdleWorker>());
    }

    [Fact]
    public void A_custom_host_keeps_its_order_of_stopping()
    {
        using var host = new OtherHost();

        Assert.Null(StopOrder.Arrange(host));
    }

    private sealed class IdleWorker : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }

    private sealed class OtherHost : IHost
    {
        public IServiceProvider Services => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}

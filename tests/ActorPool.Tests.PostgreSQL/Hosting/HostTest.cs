using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>A test with an application as a user writes it.</summary>
public abstract class HostTest : PoolTest
{
    private readonly List<IHost> _hosts = [];

    public override async Task DisposeAsync()
    {
        foreach (var host in _hosts)
            await StopAsync(host);
        await base.DisposeAsync();
    }

    protected string Hocon(string settings = "min-connections = 1, max-connections = 2") =>
        $"akka.actor-pool {{ connection-string = \"{ConnectionString}\"\n {settings} }}";

    protected async Task<IHost> RunAsync(Action<AkkaConfigurationBuilder> akka, Action<IServiceCollection>? services = null)
    {
        var host = Build(akka, services);
        await host.StartAsync();
        return host;
    }

    protected IHost Build(Action<AkkaConfigurationBuilder> akka, Action<IServiceCollection>? services = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        builder.Services.AddAkka($"hosted-{_hosts.Count}", (configuration, _) =>
        {
            configuration.AddHocon("akka.loglevel = OFF, akka.stdout-loglevel = OFF", HoconAddMode.Prepend);
            akka(configuration);
        });
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }

    protected static ActorSystem SystemOf(IHost host) => host.Services.GetRequiredService<ActorSystem>();

    protected static IActorRef ManagerOf(IHost host) => host.Services.GetRequiredService<IRequiredActor<PoolManager>>().ActorRef;

    protected static Task<PooledConnection> BorrowAsync(IActorRef manager) => manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(10));

    protected static Task<PoolStatistics> StatisticsAsync(IActorRef manager) => manager.Ask<PoolStatistics>(new GetStatistics(), TimeSpan.FromSeconds(10));

    private static async Task StopAsync(IHost host)
    {
        // A host that did not start cannot be stopped, and a host that the test has disposed is stopped already.
        await Record.ExceptionAsync(() => host.StopAsync());
        host.Dispose();
    }
}

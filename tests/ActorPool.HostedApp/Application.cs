using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorPool.HostedApp;

/// <summary>Kestrel, a worker and a service that writes when it stops, all on one pool.</summary>
internal static class Application
{
    public static IHost Build(string connectionString, Variant variant, StopButton stop)
    {
        var builder = Host.CreateDefaultBuilder();
        builder.ConfigureLogging(logging => logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
        if (!variant.AkkaLast)
            builder.ConfigureServices(services => AddAkka(services, connectionString, variant));
        builder.ConfigureWebHostDefaults(web => web
            .UseUrls("http://127.0.0.1:0")
            .Configure(app => app.UseRouting().UseEndpoints(endpoints => Map(endpoints, stop))));
        builder.ConfigureServices(services => services
            .Configure<HostOptions>(options => options.ServicesStopConcurrently = variant.Concurrently)
            .AddHostedService<Worker>()
            .AddHostedService<Farewell>());
        if (variant.AkkaLast)
            builder.ConfigureServices(services => AddAkka(services, connectionString, variant));
        var host = builder.Build();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => Console.WriteLine($"listening {AddressOf(host)}"));
        return host;
    }

    private static void AddAkka(IServiceCollection services, string connectionString, Variant variant) => services
        .AddConnectionPool()
        .AddAkka("app", akka =>
        {
            // A unit of work takes longer than a phase of the shutdown may.
            if (variant.Hook is { } hook)
                akka.AddHocon($"akka.coordinated-shutdown {{ run-by-clr-shutdown-hook = {hook}, default-phase-timeout = 250ms, phases.before-actor-system-terminate.timeout = 10s }}", HoconAddMode.Prepend);
            akka.AddHocon("akka.loglevel = WARNING, akka.stdout-loglevel = WARNING", HoconAddMode.Prepend)
                .WithConnectionPool(settings => settings with { ConnectionString = connectionString, MinConnections = 2, MaxConnections = 4 });
        });

    private static void Map(IEndpointRouteBuilder endpoints, StopButton stop)
    {
        endpoints.MapGet("/", async (IConnectionPool pool) =>
        {
            await using var connection = await pool.GetConnAsync();
            return await Sql.ScalarAsync(connection, "SELECT pg_backend_pid() FROM pg_sleep(0.005)");
        });
        endpoints.MapGet("/ask", async (IRequiredActor<PoolManager> manager) =>
        {
            await using var connection = await manager.ActorRef.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(10));
            return await Sql.ScalarAsync(connection, "SELECT pg_backend_pid() FROM pg_sleep(0.005)");
        });
        // Both answer at once: the end that they begin also ends the server that answers.
        endpoints.MapPost("/stop", stop.Press);
        endpoints.MapPost("/terminate", (ActorSystem system) =>
        {
            _ = Task.Run(system.Terminate);
        });
    }

    private static string AddressOf(IHost host) =>
        host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}

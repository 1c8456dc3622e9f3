using ActorPool.Demo.Accounts;
using ActorPool.Demo.Display;
using ActorPool.Demo.Server;
using ActorPool.Demo.Sessions;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorPool.Demo;

/// <summary>The application: a hosted actor system with a pool, a bank of actors, and services without actors.</summary>
internal static class DemoHost
{
    public static IHost Build(DemoSchema schema, Arguments arguments, EventFeed events)
    {
        // No configuration from files or the command line: the host must not read the connection string.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new EventFeedLogger(events)).AddFilter("Microsoft", LogLevel.None);
        builder.Services
            .AddSingleton(arguments)
            .AddSingleton<BankBooks>()
            .AddSingleton<SessionBooks>()
            .AddSingleton<KeyedSessions>()
            .AddConnectionPool()
            .AddAkka("demo", akka => akka
                .ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                    loggers.AddLoggerFactory();
                })
                .WithConnectionPool(settings => settings with
                {
                    ConnectionString = schema.PoolConnectionString,
                    MinConnections = 2,
                    MaxConnections = DemoRun.PoolSize,
                })
                .WithActors((system, registry, resolver) =>
                    registry.Register<Bank>(system.ActorOf(resolver.Props<Bank>(), "bank"))));
        return builder.Build();
    }
}

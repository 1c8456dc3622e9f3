using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>Every fault of the server while a connection is at everything that it can be at.</summary>
public sealed class ServerFaultTests : FaultTest
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 60 }));

    [Fact]
    public async Task All_backends_are_killed() =>
        await SurviveAsync(await Server.Value, scenarios => Task.WhenAll(scenarios.Select(scenario => scenario.KillAsync())));

    [Theory]
    [InlineData(PostgresStopMode.Fast)]
    [InlineData(PostgresStopMode.Immediate)]
    public async Task It_is_restarted(PostgresStopMode mode)
    {
        var server = await Server.Value;
        await SurviveAsync(server, _ => server.RestartAsync(mode));
    }

    [Fact]
    public async Task Its_backends_stand_still()
    {
        var stopped = new List<StoppedBackend>();
        await SurviveAsync(
            await Server.Value,
            async scenarios =>
            {
                foreach (var scenario in scenarios)
                    stopped.AddRange((await scenario.BackendsAsync()).Select(StoppedBackend.Of));
            },
            () => stopped.ForEach(backend => backend.Dispose()));
    }
}

using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>Every fault of the server, with a connection at every moment of its life.</summary>
public sealed class ServerFaultTests
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 60 }));

    [Fact]
    public async Task A_pool_survives_the_kill_of_all_its_backends() =>
        await FaultScenario.SurviveAsync(await Server.Value, scenarios => Task.WhenAll(scenarios.Select(scenario => scenario.KillAsync())));

    [Theory]
    [InlineData(PostgresStopMode.Fast)]
    [InlineData(PostgresStopMode.Immediate)]
    public async Task A_pool_survives_a_restart_of_the_server(PostgresStopMode mode)
    {
        var server = await Server.Value;
        await FaultScenario.SurviveAsync(server, _ => server.RestartAsync(mode));
    }

    [Fact]
    public async Task A_pool_survives_backends_that_stand_still()
    {
        var stopped = new List<StoppedBackend>();
        await FaultScenario.SurviveAsync(
            await Server.Value,
            async scenarios =>
            {
                foreach (var scenario in scenarios)
                    stopped.AddRange((await scenario.BackendsAsync()).Select(StoppedBackend.Of));
            },
            () => stopped.ForEach(backend => backend.Dispose()));
    }
}

using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>Every fault of the network while a connection is at everything that it can be at.</summary>
public sealed class NetworkFaultTests : FaultTest
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 60 }));

    public static TheoryData<NetworkMode> Modes() => [.. Enum.GetValues<NetworkMode>().Where(mode => mode != NetworkMode.Pass)];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Requests_are_answered_in_time_during_it_and_the_pool_is_whole_after_it(NetworkMode mode) =>
        await SurviveAsync(await Server.Value, scenarios => EachAsync(scenarios, scenario => scenario.Network.Mode = mode));

    [Fact]
    public async Task Requests_are_answered_when_all_connections_are_reset() =>
        await SurviveAsync(await Server.Value, scenarios => EachAsync(scenarios, scenario => scenario.Network.CutAll()));

    private static Task EachAsync(FaultScenario[] scenarios, Action<FaultScenario> fault)
    {
        Array.ForEach(scenarios, fault);
        return Task.CompletedTask;
    }
}

using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>Every fault of the network, with a connection at every moment of its life.</summary>
public sealed class NetworkFaultTests
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 60 }));

    public static TheoryData<NetworkMode> Modes() => [.. Enum.GetValues<NetworkMode>().Where(mode => mode != NetworkMode.Pass)];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_pool_answers_in_time_during_a_network_fault_and_is_whole_afterwards(NetworkMode mode) =>
        await FaultScenario.SurviveAsync(await Server.Value, scenarios => EachAsync(scenarios, scenario => scenario.Network.Mode = mode));

    [Fact]
    public async Task A_pool_answers_in_time_after_a_reset_of_all_connections_and_is_whole_afterwards() =>
        await FaultScenario.SurviveAsync(await Server.Value, scenarios => EachAsync(scenarios, scenario => scenario.Network.CutAll()));

    private static Task EachAsync(FaultScenario[] scenarios, Action<FaultScenario> fault)
    {
        Array.ForEach(scenarios, fault);
        return Task.CompletedTask;
    }
}

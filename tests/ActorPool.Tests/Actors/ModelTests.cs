using ActorPool.Tests.Actors.Modelled;
using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.RandomSequences;
using Xunit.Abstractions;

namespace ActorPool.Tests.Actors;

public sealed class ModelTests(ITestOutputHelper output)
{
    [Fact]
    public void The_actor_pool_carries_out_the_decisions_of_its_core() =>
        SteppedSystem.Run(system => RandomRuns.Sample(
            Scenario.WithLeases, 3000, output, (scenario, log) => ModelledRun.Of(system, scenario, log), scenario => scenario.Simpler));
}

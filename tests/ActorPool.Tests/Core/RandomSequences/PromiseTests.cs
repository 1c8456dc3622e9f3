using Xunit.Abstractions;

namespace ActorPool.Tests.Core.RandomSequences;

public sealed class PromiseTests(ITestOutputHelper output)
{
    [Fact]
    public void No_sequence_of_commands_breaks_a_promise() =>
        RandomRuns.Sample(Scenario.WithLeases, 6_000, output, ScenarioRun.Of, scenario => scenario.Simpler);

    [Fact]
    public void No_sequence_of_leases_and_statements_breaks_a_promise() =>
        RandomRuns.Sample(Scenario.WithStatements, 12_000, output, ScenarioRun.Of, scenario => scenario.Simpler);
}

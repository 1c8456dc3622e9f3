namespace ActorPool.Benchmarks.Scenarios;

/// <summary>All rounds of a scenario, by contestant.</summary>
internal sealed class ScenarioResult(Scenario scenario) : RoundResults(scenario.Entries.Select(entry => entry.Name))
{
    public Scenario Scenario => scenario;
}

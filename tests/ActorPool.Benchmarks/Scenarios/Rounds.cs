using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Report;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>Runs a scenario: a warm-up of each contestant, then rounds in which all of them take turns.</summary>
internal sealed class Rounds(BenchmarkOptions options, IProgressDisplay display)
{
    public async Task<ScenarioResult> RunAsync(Scenario scenario)
    {
        var result = new ScenarioResult(scenario);
        var loads = new List<ILoad>();
        try
        {
            foreach (var entry in scenario.Entries)
            {
                loads.Add(await entry.OpenAsync());
                display.Show($"{scenario}: {entry.Name} warms up");
                await loads[^1].RunAsync(options.WarmUp);
            }

            for (var round = 0; round < options.Rounds; round++)
            {
                for (var turn = 0; turn < loads.Count; turn++)
                {
                    var index = (round + turn) % loads.Count;
                    var name = scenario.Entries[index].Name;
                    display.Show($"{scenario}: round {round + 1} of {options.Rounds}, {name}");
                    result.Add(name, await loads[index].RunAsync(options.Length));
                }
            }
        }
        finally
        {
            foreach (var load in loads)
                await load.DisposeAsync();
        }

        display.Done(scenario.ToString());
        return result;
    }
}

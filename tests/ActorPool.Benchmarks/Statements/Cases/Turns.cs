using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>Rounds in which the sides take turns, each round beginning with another one, after one for warming up.</summary>
internal static class Turns
{
    public static async Task<RoundResults> RunAsync(int rounds, params (string Name, Func<Task<Figures>> RunAsync)[] sides)
    {
        var results = new RoundResults(sides.Select(side => side.Name));
        foreach (var (_, runAsync) in sides)
            await runAsync();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < sides.Length; turn++)
            {
                var (name, runAsync) = sides[(round + turn) % sides.Length];
                results.Add(name, await runAsync());
            }
        }

        return results;
    }
}

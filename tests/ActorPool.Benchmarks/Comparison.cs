using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Workloads;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;

namespace ActorPool.Benchmarks;

/// <summary>The comparison: all scenarios on one server, in one process.</summary>
internal static class Comparison
{
    private const int MostServerConnections = 300;

    public static async Task<(string Machine, IReadOnlyList<ScenarioResult> Results)> RunAsync(BenchmarkOptions options)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { MaxServerConnections = MostServerConnections });
        await Schema.CreateAsync(server.ConnectionString);
        var system = ActorSystem.Create("benchmarks", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var results = new List<ScenarioResult>();
        try
        {
            await using var observer = await BackendCount.OpenAsync(server.ConnectionString);
            var scenarios = new ScenarioList(options, new Arena(server.ConnectionString, system, observer));
            await ProgressDisplays.WhileAsync(async display =>
            {
                await WarmUpAsync(scenarios, options, display);
                var rounds = new Rounds(options, display);
                foreach (var scenario in scenarios.All())
                    results.Add(await rounds.RunAsync(scenario));
            });
        }
        finally
        {
            await system.Terminate();
            await Schema.DropAsync(server.ConnectionString);
        }

        return (await Machine.DescribeAsync(server.ConnectionString), results);
    }

    private static async Task WarmUpAsync(ScenarioList scenarios, BenchmarkOptions options, IProgressDisplay display)
    {
        foreach (var entry in scenarios.FirstWarmUp())
        {
            display.Show($"{entry.Name} warms up");
            await using var load = await entry.OpenAsync();
            await load.RunAsync(options.FirstWarmUp);
        }
    }
}

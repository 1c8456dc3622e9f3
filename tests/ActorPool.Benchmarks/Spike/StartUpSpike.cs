using System.Diagnostics;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Report;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;

namespace ActorPool.Benchmarks.Spike;

/// <summary>A thousand actors start at once and all use the database, on a server with few free places.</summary>
internal static class StartUpSpike
{
    public const int ServerConnections = 20;

    public static async Task<SpikeResult> RunAsync(BenchmarkOptions options)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = ServerConnections });
        var system = ActorSystem.Create("spike", "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.loggers = []");
        var result = new SpikeResult(options.SpikeActors);
        await using (var watch = await BackendWatch.OpenAsync(server.ConnectionString))
        {
            await ProgressDisplays.WhileAsync(async display =>
            {
                // Round 0 is the warm-up.
                for (var round = 0; round <= options.SpikeRounds; round++)
                {
                    for (var turn = 0; turn < SpikeContestant.All.Count; turn++)
                    {
                        var contestant = SpikeContestant.All[(round + turn) % SpikeContestant.All.Count];
                        display.Show($"Spike: round {round} of {options.SpikeRounds}, {contestant.Name}");
                        var figures = await OnceAsync(contestant, system, server.ConnectionString, watch, options.SpikeActors);
                        if (round > 0)
                            result.Add(contestant.Name, figures);
                    }
                }

                display.Done("spike");
            });
        }

        await system.Terminate();
        return result with { Machine = await Machine.DescribeAsync(server.ConnectionString) };
    }

    private static async Task<SpikeFigures> OnceAsync(SpikeContestant contestant, ActorSystem system, string server, BackendWatch watch, int actors)
    {
        await watch.UntilNoneAsync();
        GC.Collect();
        var count = new SpikeCount(actors);
        var most = watch.MostUntilAsync(count.Done);
        var begin = Stopwatch.GetTimestamp();
        await using var pool = await contestant.StartAsync(system, server);
        var props = Props.Create(() => new SpikeActor(pool, count));
        for (var i = 0; i < actors; i++)
            system.ActorOf(props);
        await count.Done;
        var served = Stopwatch.GetElapsedTime(begin);
        return new SpikeFigures(served, await most, count.Errors, count.FirstError?.Message);
    }
}

using System.Diagnostics;
using System.Globalization;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;
using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Recovery;

/// <summary>Every fault for both pools in turn, for several rounds: medians with their ranges, as a Markdown table.</summary>
internal static class RecoveryRun
{
    private const int Size = 20;
    private const int Timeout = 15;
    private const int Callers = 8;
    private const int Warm = 150;
    private const int After = 400;

    private static readonly LongQuery Query = new();

    public static async Task RunAsync(int rounds)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 100 });
        var system = ActorSystem.Create("recovery", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        Console.WriteLine("| fault | pool | failed requests | first success after | full throughput after |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var fault in ServerFault.All)
            await CompareAsync(fault, server, system, rounds);
        await system.Terminate();
    }

    private static async Task CompareAsync(ServerFault fault, PostgresServer server, ActorSystem system, int rounds)
    {
        (string Name, Func<string, Task<IContestant>> OpenAsync)[] pools =
        [
            ("ActorPool", async text => new FacadePool(await ConnectionPool.StartAsync(system, new PoolSettings(text, 1, Size)))),
            ("Npgsql", text => Task.FromResult<IContestant>(new NpgsqlPool(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { MinPoolSize = 1, MaxPoolSize = Size })))),
        ];
        var results = pools.ToDictionary(pool => pool.Name, _ => new List<RecoveryFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (name, openAsync) in pools)
            {
                await using var network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
                var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", SslMode = SslMode.Disable, Timeout = Timeout, CommandTimeout = Timeout };
                if (fault.ThroughProxy)
                    text.Port = network.Port;
                await using var contestant = await openAsync(text.ConnectionString);
                var figures = await MeasureAsync(contestant, fault, server, network);
                results[name].Add(figures);
                await Console.Error.WriteLineAsync($"{fault.Name}, round {round}, {name}: {figures}");
            }
        }

        foreach (var (name, all) in results)
        {
            string[] cells =
            [
                Cell(all.Select(figures => figures.Failed), failed => failed.ToString(CultureInfo.InvariantCulture)),
                Cell(all.Select(figures => figures.FirstSuccess), Text),
                Cell(all.Select(figures => figures.FullThroughput), Text),
            ];
            Console.WriteLine($"| {fault.Name} | {name} | {string.Join(" | ", cells)} |");
        }
    }

    private static async Task<RecoveryFigures> MeasureAsync(IContestant contestant, ServerFault fault, PostgresServer server, FaultProxy network)
    {
        // The pool opens as many connections as it may.
        await Task.WhenAll(Enumerable.Range(0, 10 * Size).Select(caller => Task.Run(() => contestant.UseAsync(Query, caller).AsTask())));
        var load = new SteadyCallers(contestant, Query, Callers);
        await load.SucceedAsync(Warm);
        var before = fault.WhileIdle ? await load.EndAsync() : [];
        var begin = Stopwatch.GetTimestamp();
        await fault.DoAsync(server, network);
        var over = Stopwatch.GetTimestamp();
        if (fault.WhileIdle)
            load = new SteadyCallers(contestant, Query, Callers);
        await load.SucceedAsync(After);
        return RecoveryFigures.Of([.. before, .. await load.EndAsync()], begin, over);
    }

    private static string Cell<T>(IEnumerable<T> rounds, Func<T, string> text)
    {
        var sorted = rounds.Order().ToArray();
        return $"{text(sorted[sorted.Length / 2])} ({text(sorted[0])} to {text(sorted[^1])})";
    }

    private static string Text(TimeSpan time) =>
        time == TimeSpan.MaxValue ? "never" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    // Long enough that nearly all callers are in their query when the fault comes: the same queries fail with both pools.
    private sealed class LongQuery : IWork
    {
        public async ValueTask RunAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("SELECT pg_sleep(0.05)", connection);
            await command.ExecuteScalarAsync();
        }
    }
}

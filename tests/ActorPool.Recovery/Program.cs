using System.Diagnostics;
using System.Globalization;
using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Recovery;

/// <summary>Every fault for both pools in turn, a few rounds of it; medians as a Markdown table, each with its range.</summary>
internal static class Program
{
    private const int Callers = 8;
    private const int Warm = 150;
    private const int After = 400;

    private static async Task<int> Main(string[] args)
    {
        if (RoundsOf(CommandWords.Of(args)) is not { } rounds)
        {
            Console.WriteLine("How both pools come through faults of the server.\nusage: dotnet run -c Release --project tests/ActorPool.Recovery -- [--rounds N] (default 5, odd)");
            return args is ["--help"] ? 0 : 2;
        }

        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 100 });
        Console.WriteLine("| fault | pool | failed requests | first success after | full throughput after |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var fault in Faults.Names)
            await CompareAsync(server, fault, rounds);
        return 0;
    }

    private static int? RoundsOf(string[] words) => words switch
    {
        [] => 5,
        ["--rounds", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 => given,
        _ => null,
    };

    private static async Task CompareAsync(PostgresServer server, string fault, int rounds)
    {
        var results = new SortedDictionary<string, List<Recovery>>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var make in new Func<string, Task<IContestant>>[] { Contestants.ActorPoolAsync, Contestants.NpgsqlAsync })
            {
                await using var network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
                var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", SslMode = SslMode.Disable };
                if (fault == Faults.Blackhole)
                    text.Port = network.Port;
                await using var contestant = await make(text.ConnectionString);
                var recovery = fault == Faults.Names[0] ? await IdleAsync(contestant, new Faults(server, network)) : await BusyAsync(contestant, new Faults(server, network), fault);
                results.TryAdd(contestant.Name, []);
                results[contestant.Name].Add(recovery);
                await Console.Error.WriteLineAsync($"{fault}, round {round + 1}, {contestant.Name}: {recovery}");
            }
        }

        foreach (var (name, all) in results)
        {
            string[] cells =
            [
                Cell(all.Select(recovery => recovery.Failed), failed => failed.ToString(CultureInfo.InvariantCulture)),
                Cell(all.Select(recovery => recovery.FirstSuccess), Text),
                Cell(all.Select(recovery => recovery.FullThroughput), Text),
            ];
            Console.WriteLine($"| {fault} | {name} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>All connections idle when the fault comes; then the callers go on.</summary>
    private static async Task<Recovery> IdleAsync(IContestant contestant, Faults faults)
    {
        await FillAsync(contestant);
        var before = new Load(contestant, Callers);
        await before.SucceedAsync(Warm);
        var results = await before.EndAsync();
        var begin = Stopwatch.GetTimestamp();
        await faults.KillAsync();
        var over = Stopwatch.GetTimestamp();
        var after = new Load(contestant, Callers);
        await after.SucceedAsync(After);
        return Recovery.Of([.. results, .. await after.EndAsync()], begin, over);
    }

    private static async Task<Recovery> BusyAsync(IContestant contestant, Faults faults, string fault)
    {
        await FillAsync(contestant);
        var load = new Load(contestant, Callers);
        await load.SucceedAsync(Warm);
        var begin = Stopwatch.GetTimestamp();
        await faults.DoAsync(fault);
        var over = Stopwatch.GetTimestamp();
        await load.SucceedAsync(After);
        return Recovery.Of(await load.EndAsync(), begin, over);
    }

    /// <summary>As many connections as the pool may have.</summary>
    private static Task FillAsync(IContestant contestant) =>
        Task.WhenAll(Enumerable.Range(0, 10 * Contestants.Size).Select(_ => Task.Run(contestant.UseAsync)));

    private static string Cell<T>(IEnumerable<T> rounds, Func<T, string> text)
    {
        var sorted = rounds.Order().ToArray();
        return $"{text(sorted[sorted.Length / 2])} ({text(sorted[0])} to {text(sorted[^1])})";
    }

    private static string Text(TimeSpan time) =>
        time == TimeSpan.MaxValue ? "never" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}

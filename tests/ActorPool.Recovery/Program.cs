using System.Diagnostics;
using System.Globalization;
using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Recovery;

/// <summary>Every fault for both pools in turn, a few rounds of it; medians as a Markdown table.</summary>
internal static class Program
{
    private const int Callers = 8;
    private const int Warm = 150;
    private const int After = 400;

    private static async Task<int> Main(string[] args)
    {
        if (args is not ([] or ["--rounds", _]))
        {
            Console.WriteLine("How both pools come through faults of the server: --rounds N (default 3, odd).");
            return args is ["--help"] ? 0 : 2;
        }

        var rounds = args is ["--rounds", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 3;
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 100 });
        Console.WriteLine("| fault | pool | failed requests | first success after | full throughput after |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var fault in Faults.Names)
            await CompareAsync(server, fault, rounds);
        return 0;
    }

    private static async Task CompareAsync(PostgresServer server, string fault, int rounds)
    {
        var results = new SortedDictionary<string, List<Recovery>>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var make in new Func<string, Task<IContestant>>[] { Contestants.ActorPoolAsync, Contestants.NpgsqlAsync })
            {
                await using var network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
                var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = network.Port, SslMode = SslMode.Disable };
                await using var contestant = await make(text.ConnectionString);
                var recovery = fault == Faults.Names[0] ? await IdleAsync(contestant, new Faults(server, network)) : await BusyAsync(contestant, new Faults(server, network), fault);
                results.TryAdd(contestant.Name, []);
                results[contestant.Name].Add(recovery);
                await Console.Error.WriteLineAsync($"{fault}, round {round + 1}, {contestant.Name}: {recovery}");
            }
        }

        foreach (var (name, all) in results)
        {
            var median = Recovery.MedianOf(all);
            Console.WriteLine($"| {fault} | {name} | {median.Failed} | {Text(median.FirstSuccess)} | {Text(median.FullThroughput)} |");
        }
    }

    /// <summary>Twenty idle connections, all killed; then forty requests, one after another.</summary>
    private static async Task<Recovery> IdleAsync(IContestant contestant, Faults faults)
    {
        await FillAsync(contestant);
        await faults.KillAsync();
        var start = Stopwatch.GetTimestamp();
        var (failed, first) = (0, TimeSpan.MaxValue);
        for (var i = 0; i < 2 * Contestants.Size; i++)
        {
            try
            {
                await contestant.UseAsync();
                if (first == TimeSpan.MaxValue)
                    first = Stopwatch.GetElapsedTime(start);
            }
            catch (Exception)
            {
                failed++;
            }
        }

        return new Recovery(failed, first, Stopwatch.GetElapsedTime(start));
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

    private static string Text(TimeSpan time) =>
        time == TimeSpan.MaxValue ? "never" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}

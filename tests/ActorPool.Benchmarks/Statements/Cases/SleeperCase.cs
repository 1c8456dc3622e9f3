using System.Diagnostics;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Readers;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>64 callers on a fresh pool; each hundredth statement sleeps 50 ms, and the others are timed once the pool has run a thousand.</summary>
internal sealed class SleeperCase(Stage stage) : ICase
{
    private const int Callers = 64;
    private const int OneIn = 100;
    private const int Untimed = 1000;
    private const double Sleep = 0.05;
    private const string Others = "the others";

    public string Name => "sleepers";

    public Task<RoundResults> RunAsync(int rounds, TimeSpan length) => Turns.RunAsync(rounds, (Others, () => OnceAsync(length)));

    public IEnumerable<Target> Targets(RoundResults results) =>
        [new($"local, {Callers} callers, 1 in {OneIn} sleeps 50 ms: p99 of the others, ms", 10, IsMost: true, results.Of(Others, figures => figures.P99 / 1000))];

    private async Task<Figures> OnceAsync(TimeSpan length)
    {
        await using var pool = await ToldReader.OpenPoolAsync(stage.Setup(Name));
        var (reads, count) = (new CheckedReads(new ToldReader(pool), Callers), new Count());
        var begin = Stopwatch.GetTimestamp();
        var records = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(pool, reads, caller, count, () => Stopwatch.GetElapsedTime(begin) < length))));
        var all = new CallerRecord();
        foreach (var record in records)
            all.Add(record);
        return new Figures
        {
            Operations = all.Operations,
            Elapsed = Stopwatch.GetElapsedTime(begin),
            P50 = all.Latency.At(50),
            P99 = all.Latency.At(99),
            Errors = all.Errors,
            FirstError = all.FirstError,
        };
    }

    private static async Task<CallerRecord> CallAsync(ConnectionPool pool, CheckedReads reads, int caller, Count count, Func<bool> goesOn)
    {
        var record = new CallerRecord();
        // Shifted, so that the callers do not sleep together.
        for (var call = caller * 31; goesOn(); call++)
        {
            try
            {
                if (call % OneIn == 0)
                {
                    await pool.ExecuteAsync($"SELECT pg_sleep({Sleep})");
                    count.Next();
                    continue;
                }

                var begin = Stopwatch.GetTimestamp();
                await reads.CallAsync(caller);
                if (count.Next() > Untimed)
                    record.Latency.Record(Stopwatch.GetTimestamp() - begin);
                record.Operations++;
            }
            catch (Exception error)
            {
                record.Failed(error);
            }
        }

        return record;
    }

    /// <summary>Statements of all callers.</summary>
    private sealed class Count
    {
        private int _count;

        public int Next() => Interlocked.Increment(ref _count);
    }
}

using System.Diagnostics;

namespace ActorPool.Benchmarks.Recovery;

/// <summary>What one fault cost one pool.</summary>
/// <param name="Failed">Requests that ended in an error.</param>
/// <param name="FirstSuccess">From the end of the fault to the first request that succeeded.</param>
/// <param name="FullThroughput">From the end of the fault to half a second with nine tenths of the throughput before the fault.</param>
internal sealed record RecoveryFigures(int Failed, TimeSpan FirstSuccess, TimeSpan FullThroughput)
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <param name="results">The end of every request, in order.</param>
    /// <param name="begin">When the fault began.</param>
    /// <param name="over">When it was over.</param>
    public static RecoveryFigures Of(IReadOnlyList<(long At, bool Succeeded)> results, long begin, long over)
    {
        var failed = results.Count(result => !result.Succeeded && result.At >= begin);
        var successes = results.Where(result => result.Succeeded).Select(result => result.At).ToArray();
        var before = successes.Where(at => at < begin).ToArray();
        var rate = before.Length / Stopwatch.GetElapsedTime(before[0], begin).TotalSeconds;
        var first = successes.FirstOrDefault(at => at >= over);
        return new RecoveryFigures(failed, Since(over, first), FullAfter(successes, over, rate));
    }

    private static TimeSpan FullAfter(long[] successes, long over, double rate)
    {
        for (var after = TimeSpan.Zero; after < TimeSpan.FromSeconds(60); after += Step)
        {
            var (from, to) = (over + Ticks(after), over + Ticks(after + Window));
            if (to > successes[^1])
                break;
            if (successes.Count(at => at >= from && at < to) >= 0.9 * rate * Window.TotalSeconds)
                return after;
        }

        return TimeSpan.MaxValue;
    }

    private static TimeSpan Since(long start, long at) => at == 0 ? TimeSpan.MaxValue : Stopwatch.GetElapsedTime(start, at);

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

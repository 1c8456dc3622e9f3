using System.Diagnostics;

namespace ActorPool.Soak;

/// <summary>Checks that an answer comes in time.</summary>
internal static class Lateness
{
    /// <summary>The delay that a machine with two busy cores adds.</summary>
    public static readonly TimeSpan Allowed = TimeSpan.FromSeconds(2);

    /// <summary>Awaits an answer, which may be an error, and fails the run when it comes late.</summary>
    public static async Task<T> OfAsync<T>(Func<Task<T>> ask, TimeSpan timeout, string what)
    {
        var (start, stalledBefore) = (Stopwatch.GetTimestamp(), Stalls.Total);
        var answer = ask();
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var took = Stopwatch.GetElapsedTime(start);
        var stalled = Stalls.Total - stalledBefore;
        return took <= timeout + Allowed + stalled
            ? await answer
            : throw new SoakFailedException($"{what} was answered after {took.TotalSeconds:0.0} s; {timeout.TotalSeconds:0.0} s were allowed, and the process stood still for {stalled.TotalSeconds:0.0} s");
    }
}

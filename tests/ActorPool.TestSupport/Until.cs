using System.Diagnostics;

namespace ActorPool.TestSupport;

/// <summary>Waits for the observable, and for no longer than it takes.</summary>
public static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <exception cref="TimeoutException">The condition did not become true in time.</exception>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    /// <exception cref="TimeoutException">The condition did not become true in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(15);
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what}.");
            await Task.Delay(Pause);
        }
    }
}

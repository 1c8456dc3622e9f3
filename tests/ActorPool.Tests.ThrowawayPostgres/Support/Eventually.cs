using System.Diagnostics;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>Waits for something that can be seen, at most for a given time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task HoldsAsync(string what, Func<bool> condition, int seconds = 15)
    {
        for (var watch = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(seconds), $"Not within {seconds} s: {what}");
            await Task.Delay(Pause);
        }
    }
}

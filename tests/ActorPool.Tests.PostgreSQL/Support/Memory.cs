namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>What is kept when everything that can be collected is.</summary>
internal static class Memory
{
    private const int MostLooks = 100;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static long Kept()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>Waits for it: other tests of the process keep some of their own for a while, and what has leaked is there for ever.</summary>
    public static async Task HasNotGrownAsync(long before, int megabytes)
    {
        var grown = long.MaxValue;
        for (var looks = 0; looks < MostLooks && grown >= megabytes; looks++)
        {
            // Off the stack of whatever has just ended, which may hold on to it.
            await Task.Delay(LookAgain);
            grown = (Kept() - before) / 1024 / 1024;
        }

        Assert.True(grown < megabytes, $"{grown} MB are kept.");
    }
}

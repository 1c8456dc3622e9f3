namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>The memory that remains after full collections.</summary>
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

    /// <summary>Waits until the memory is back near its earlier size. Other tests keep some memory for a while; a leak stays.</summary>
    public static async Task HasNotGrownAsync(long before, int megabytes)
    {
        var grown = long.MaxValue;
        for (var looks = 0; looks < MostLooks && grown >= megabytes; looks++)
        {
            // Leaves the stack of the code that has just ended, which may hold references.
            await Task.Delay(LookAgain);
            grown = (Kept() - before) / 1024 / 1024;
        }

        Assert.True(grown < megabytes, $"{grown} MB are kept.");
    }
}

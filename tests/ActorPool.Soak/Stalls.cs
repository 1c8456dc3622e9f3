using System.Diagnostics;

namespace ActorPool.Soak;

/// <summary>The time in which this process did not run because its machine was busy, measured by a thread.</summary>
internal static class Stalls
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    private static long _total;

    static Stalls() => new Thread(Watch) { IsBackground = true, Name = "stalls" }.Start();

    /// <summary>Since the start, of those longer than a tenth of a second.</summary>
    public static TimeSpan Total => TimeSpan.FromTicks(Volatile.Read(ref _total));

    private static void Watch()
    {
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            Thread.Sleep(Beat);
            var late = Stopwatch.GetElapsedTime(start) - Beat;
            if (late > Usual)
                Interlocked.Add(ref _total, late.Ticks);
        }
    }
}

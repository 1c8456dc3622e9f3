using System.Runtime.InteropServices;

namespace ActorPool.Benchmarks.Network;

/// <summary>Waits for sockets with a time-out exact to some microseconds, which .NET's own waits round to milliseconds. Linux only.</summary>
internal static class Poll
{
    public const short Readable = 1;
    public const short Writable = 4;

    private const int SetTimerSlack = 29;

    /// <summary>The kernel may delay this thread's timers by 50 microseconds, to wake several threads at once; from now on it does not.</summary>
    public static void MakeTimersExact() => _ = Prctl(SetTimerSlack, 1, 0, 0, 0);

    /// <param name="entries">Those with a negative descriptor are left out.</param>
    /// <param name="longest">How long to wait when no socket is ready.</param>
    public static void Wait(Entry[] entries, TimeSpan longest)
    {
        var time = new Time(longest.Ticks / TimeSpan.TicksPerSecond, longest.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        _ = PPoll(entries, (nuint)entries.Length, in time, 0);
    }

    [DllImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int PPoll([In, Out] Entry[] entries, nuint count, in Time longest, nint signals);

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Prctl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    /// <summary>A socket that is waited for, and what for.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Entry(int descriptor, short awaited)
    {
        public readonly int Descriptor = descriptor;
        public readonly short Awaited = awaited;
        public short Seen;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time(long seconds, long nanoseconds)
    {
        public readonly long Seconds = seconds;
        public readonly long Nanoseconds = nanoseconds;
    }
}

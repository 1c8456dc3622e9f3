using System.Diagnostics;

namespace ActorPool.Benchmarks.Network;

/// <summary>How late the pieces of a relay passed.</summary>
internal sealed class Lateness
{
    private long _pieces;
    private long _ticks;

    public TimeSpan Mean => TimeSpan.FromSeconds((double)Volatile.Read(ref _ticks) / Math.Max(1, Volatile.Read(ref _pieces)) / Stopwatch.Frequency);

    /// <summary>By the relay's thread alone.</summary>
    public void Add(long ticks)
    {
        Volatile.Write(ref _ticks, _ticks + ticks);
        Volatile.Write(ref _pieces, _pieces + 1);
    }
}

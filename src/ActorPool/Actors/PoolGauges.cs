using System.Diagnostics;
using ActorPool.Core;

namespace ActorPool.Actors;

/// <summary>
/// The pool's numbers for readers on any thread: written by one, after each message, and read without a lock.
/// A reader that meets a write under way reads again.
/// </summary>
internal sealed class PoolGauges(PoolSettings settings)
{
    private PoolCounts _counts = new() { Min = settings.MinConnections, Max = settings.MaxConnections };
    private long _asOf;
    private TimeSpan _now;
    private int _version;

    public void Publish(in PoolCounts counts, TimeSpan now)
    {
        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        _counts = counts;
        _now = now;
        _asOf = Stopwatch.GetTimestamp();
        Interlocked.MemoryBarrier();
        Volatile.Write(ref _version, _version + 1);
    }

    public PoolStatistics Read()
    {
        var spin = default(SpinWait);
        while (true)
        {
            var version = Volatile.Read(ref _version);
            var (counts, asOf, now) = (_counts, _asOf, _now);
            Interlocked.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version))
                return counts.ToStatistics(settings.Name, asOf == 0 ? now : now + Stopwatch.GetElapsedTime(asOf));
            spin.SpinOnce();
        }
    }
}

using System.Diagnostics;
using HdrHistogram;

namespace ActorPool.Benchmarks.Load;

/// <summary>The latencies of one caller, or of several after a merge. In tenths of a microsecond, exact to three digits.</summary>
internal sealed class LatencyRecorder
{
    private const long Longest = 600_000_000;
    private static readonly double UnitsPerTick = 10_000_000.0 / Stopwatch.Frequency;

    private readonly IntHistogram _histogram = new(1, Longest, 3);

    public long Count => _histogram.TotalCount;

    public void Record(long ticks) => _histogram.RecordValue(Math.Clamp((long)(ticks * UnitsPerTick), 1, Longest));

    public void Reset() => _histogram.Reset();

    public void Add(LatencyRecorder other) => _histogram.Add(other._histogram);

    /// <summary>In microseconds.</summary>
    public double At(double percentile) => Count == 0 ? double.NaN : _histogram.GetValueAtPercentile(percentile) / 10.0;
}

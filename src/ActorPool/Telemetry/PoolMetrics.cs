using System.Diagnostics.Metrics;

namespace ActorPool.Telemetry;

/// <summary>
/// Records the times of one pool. Listeners are user code, so they never run on the manager's thread: methods named "Later" call them on the
/// thread pool, the others on the borrower's thread.
/// </summary>
internal sealed class PoolMetrics(string pool)
{
    /// <summary>A listener wants to know how long requests wait.</summary>
    public static bool MeasuresWaits => PoolMeter.WaitTime is { Enabled: true };

    /// <summary>A listener wants to know for how long connections are used.</summary>
    public static bool MeasuresUse => PoolMeter.UseTime is { Enabled: true };

    public KeyValuePair<string, object?> Pool { get; } = new(PoolMeter.PoolName, pool);

    public void Waited(TimeSpan time) => Record(PoolMeter.WaitTime, time);

    public void WaitedLater(TimeSpan time) => RecordLater(PoolMeter.WaitTime, time);

    public void Used(TimeSpan time) => Record(PoolMeter.UseTime, time);

    public void UsedLater(TimeSpan time) => RecordLater(PoolMeter.UseTime, time);

    public void CreatedLater(TimeSpan time) => RecordLater(PoolMeter.CreateTime, time);

    private void RecordLater(Histogram<double>? histogram, TimeSpan time)
    {
        if (histogram is { Enabled: true })
            ThreadPool.UnsafeQueueUserWorkItem(static recording => recording.Metrics.Record(recording.Histogram, recording.Time), new Recording(this, histogram, time), preferLocal: false);
    }

    private void Record(Histogram<double>? histogram, TimeSpan time)
    {
        if (histogram is { Enabled: true })
            Listeners.Tell(new Recording(this, histogram, time), static recording => recording.Histogram.Record(recording.Time.TotalSeconds, recording.Metrics.Pool));
    }

    private readonly record struct Recording(PoolMetrics Metrics, Histogram<double> Histogram, TimeSpan Time);
}

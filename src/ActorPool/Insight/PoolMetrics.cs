using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ActorPool.Driver;

namespace ActorPool.Insight;

/// <summary>
/// The times of one pool. A listener is user code: it is called on a thread of the borrower's, or with the methods named
/// "later" from the thread pool, never by the manager; and what it throws ends here.
/// </summary>
internal sealed class PoolMetrics(string pool)
{
    /// <summary>Somebody wants to know for how long connections are used.</summary>
    public static bool MeasuresUse => PoolMeter.UseTime.Enabled;

    public KeyValuePair<string, object?> Pool { get; } = new(PoolMeter.PoolName, pool);

    public void Waited(TimeSpan time) => Record(PoolMeter.WaitTime, time);

    public void WaitedLater(TimeSpan time) => RecordLater(PoolMeter.WaitTime, time);

    public void Used(TimeSpan time) => Record(PoolMeter.UseTime, time);

    public void UsedLater(TimeSpan time) => RecordLater(PoolMeter.UseTime, time);

    /// <summary>Opens the connection, and measures that when it succeeds.</summary>
    public Task OpenAsync(IPhysicalConnection connection) =>
        PoolMeter.CreateTime.Enabled ? OpenMeasuredAsync(connection) : connection.OpenAsync();

    private async Task OpenMeasuredAsync(IPhysicalConnection connection)
    {
        var start = Stopwatch.GetTimestamp();
        await connection.OpenAsync().ConfigureAwait(false);
        RecordLater(PoolMeter.CreateTime, Stopwatch.GetElapsedTime(start));
    }

    private void RecordLater(Histogram<double> histogram, TimeSpan time)
    {
        if (histogram.Enabled)
            ThreadPool.UnsafeQueueUserWorkItem(new Recording(this, histogram, time), preferLocal: false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A borrow, a return or an open does not fail because somebody's listener does.")]
    private void Record(Histogram<double> histogram, TimeSpan time)
    {
        try
        {
            histogram.Record(time.TotalSeconds, Pool);
        }
        catch (Exception)
        {
            // Its own matter.
        }
    }

    private sealed class Recording(PoolMetrics metrics, Histogram<double> histogram, TimeSpan time) : IThreadPoolWorkItem
    {
        public void Execute() => metrics.Record(histogram, time);
    }
}

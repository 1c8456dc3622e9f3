using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActorPool.Telemetry;

/// <summary>
/// Records the times of one pool. Listeners are user code, so they never run on the manager's thread: methods named "Later" call them on the
/// thread pool, the others on the borrower's thread.
/// </summary>
/// <param name="pool">The pool's name.</param>
/// <param name="connectionString">How it connects, without secrets.</param>
internal sealed class PoolMetrics(string pool, string connectionString)
{
    /// <summary>A listener wants to know how long requests wait.</summary>
    public static bool MeasuresWaits => PoolMeter.WaitTime is { Enabled: true };

    /// <summary>A listener wants to know for how long connections are used.</summary>
    public static bool MeasuresUse => PoolMeter.UseTime is { Enabled: true };

    /// <summary>A listener wants to know how long statements take.</summary>
    public static bool MeasuresStatements => PoolMeter.OperationDuration is { Enabled: true };

    /// <summary>A listener wants to know how many statements are sent together.</summary>
    public static bool MeasuresBatches => PoolMeter.BatchSize is { Enabled: true };

    public KeyValuePair<string, object?> Pool { get; } = new(PoolMeter.PoolName, pool);

    /// <summary>The attributes of measurements that are about the database.</summary>
    public DatabaseTags Database => field ??= new DatabaseTags(Pool, connectionString);

    public void Waited(TimeSpan time) => Record(PoolMeter.WaitTime, time);

    public void WaitedLater(TimeSpan time) => RecordLater(PoolMeter.WaitTime, time);

    public void Used(TimeSpan time) => Record(PoolMeter.UseTime, time);

    public void UsedLater(TimeSpan time) => RecordLater(PoolMeter.UseTime, time);

    public void CreatedLater(TimeSpan time) => RecordLater(PoolMeter.CreateTime, time);

    /// <summary>A statement was answered, or failed with an error.</summary>
    public void Ran(TimeSpan time, StatementTags statement, StatementError? error)
    {
        if (PoolMeter.OperationDuration is not { Enabled: true } histogram)
            return;
        var tags = new TagList(Database.All) { { "db.operation.name", statement.Operation }, { "db.query.summary", statement.Summary } };
        if (error is not null)
            tags.Add("error.type", error.Type);
        if (error?.SqlState is { } state)
            tags.Add("db.response.status_code", state);
        histogram.Record(time.TotalSeconds, tags);
    }

    /// <summary>A connection has run this many statements in one round trip.</summary>
    public void RanBatchLater(int size)
    {
        if (MeasuresBatches)
            ThreadPool.UnsafeQueueUserWorkItem(static batch => Listeners.Tell(batch, static batch => PoolMeter.BatchSize!.Record(batch.Size, batch.Pool)), (Size: size, Pool), preferLocal: false);
    }

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

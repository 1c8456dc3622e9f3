using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The spans of one pool. Tests run side by side, and all pools share the source.</summary>
public sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="pool">The name of the pool.</param>
    /// <param name="onStopped">Runs in the listener's callback for the end of a span.</param>
    public Spans(string pool, Action<Activity>? onStopped = null)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ConnectionPoolTelemetry.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("db.client.connection.pool.name") as string != pool)
                    return;
                _ended.Enqueue(span);
                onStopped?.Invoke(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The spans so far, without those of waits for a connection.</summary>
    public IReadOnlyList<Activity> OfStatements => [.. _ended.Where(span => span.Kind == ActivityKind.Client)];

    public void Dispose() => _listener.Dispose();
}

using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>The span of a call that had to wait, made when the wait is over.</summary>
internal sealed class WaitSpan(KeyValuePair<string, object?> pool, ActivityContext parent, DateTime start, TimeSpan time, string? error)
{
    /// <summary>
    /// Makes the span on the thread pool, in the caller's context: a started activity becomes the current one, and the caller's own current
    /// activity must never change.
    /// </summary>
    public void MakeLater() => ThreadPool.QueueUserWorkItem(static span => Listeners.Tell(span, static span => span.Make()), this, preferLocal: false);

    private void Make()
    {
        using var span = SpanSource.Begin("wait for connection", ActivityKind.Internal, parent, [pool, new("db.system.name", "postgresql")], start);
        if (span is null)
            return;
        if (error is not null)
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
        span.SetEndTime(start + time);
    }
}

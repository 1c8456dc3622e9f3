using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>The span of a call that had to wait, made when the wait is over.</summary>
internal sealed class WaitSpan(KeyValuePair<string, object?> pool, ActivityContext parent, DateTime start, TimeSpan time, string? error)
{
    private static readonly ActivitySource? Source =
        Listeners.Publish(static () => new ActivitySource(ConnectionPoolTelemetry.ActivitySourceName, typeof(WaitSpan).Assembly.GetName().Version?.ToString(3)));

    public static bool IsWanted => Source?.HasListeners() == true;

    /// <summary>
    /// Makes the span on the thread pool, in the caller's context: a started activity becomes the current one, and the caller's own current
    /// activity must never change.
    /// </summary>
    public void MakeLater() => ThreadPool.QueueUserWorkItem(static span => Listeners.Tell(span, static span => span.Make()), this, preferLocal: false);

    private void Make()
    {
        // Else a span without a parent would get the current activity as its parent.
        Activity.Current = null;
        using var span = Source!.StartActivity("wait for connection", ActivityKind.Internal, parent, [pool, new("db.system.name", "postgresql")], links: null, start);
        if (span is null)
            return;
        if (error is not null)
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
        span.SetEndTime(start + time);
    }
}

using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>Makes the spans of all pools: each after its end, so that no listener runs on the way of a request.</summary>
internal static class SpanSource
{
    private static readonly ActivitySource? Source =
        Listeners.Publish(static () => new ActivitySource(ConnectionPoolTelemetry.ActivitySourceName, typeof(SpanSource).Assembly.GetName().Version?.ToString(3)));

    public static bool HasListeners => Source?.HasListeners() == true;

    /// <summary>Begins a span, which becomes the current activity. Null when no listener wants it.</summary>
    public static Activity? Begin(string name, ActivityKind kind, ActivityContext parent, IEnumerable<KeyValuePair<string, object?>> tags, DateTime start)
    {
        // Else a span without a parent would get the current activity as its parent.
        Activity.Current = null;
        return Source!.StartActivity(name, kind, parent, tags, links: null, start);
    }
}

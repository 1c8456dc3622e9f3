using ActorPool.Telemetry;
using Akka.Event;

namespace ActorPool.Actors;

/// <summary>Writes the log of an actor pool to the log of its actor system.</summary>
internal sealed class ActorPoolLog(ILoggingAdapter log, string pool) : PoolLog(pool)
{
    protected override void Write(bool isWarning, string template, params object?[] values)
    {
        if (isWarning)
            log.Warning(template, values);
        else
            log.Info(template, values);
    }
}

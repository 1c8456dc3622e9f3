using System.Diagnostics.CodeAnalysis;
using ActorPool.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorPool.Simple;

/// <summary>Writes the log of a simple pool to the caller's logger.</summary>
internal sealed class SimplePoolLog(ILogger logger, string pool) : PoolLog(pool)
{
    [SuppressMessage("Usage", "CA2254", Justification = "The templates are the constants of PoolLog.")]
    protected override void Write(bool isWarning, string template, params object?[] values) =>
        logger.Log(isWarning ? LogLevel.Warning : LogLevel.Information, template, values);
}

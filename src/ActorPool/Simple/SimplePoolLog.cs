using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorPool.Simple;

/// <summary>
/// The log of a simple pool, for the caller's logger. Lines are kept until a step of the pool is over, since the logger is the user's code:
/// it may be slow, throw, or call the pool.
/// </summary>
internal sealed class SimplePoolLog(ILogger logger, string pool) : PoolLog(pool)
{
    private readonly ConcurrentQueue<(bool IsWarning, string Template, object?[] Values)> _lines = new();

    /// <summary>Passes the lines to the logger. An exception of the logger costs that line alone.</summary>
    [SuppressMessage("Usage", "CA2254", Justification = "The templates are the constants of PoolLog.")]
    public void Flush()
    {
        while (_lines.TryDequeue(out var line))
        {
            try
            {
                logger.Log(line.IsWarning ? LogLevel.Warning : LogLevel.Information, line.Template, line.Values);
            }
            catch (Exception)
            {
                // The pool goes on without the line.
            }
        }
    }

    protected override void Write(bool isWarning, string template, params object?[] values) => _lines.Enqueue((isWarning, template, values));
}

using System.Diagnostics;

namespace ActorPool.Driver;

/// <summary>The server process of a connection: its id and its age, because ids are reused.</summary>
/// <param name="ProcessId">As <c>pg_stat_activity.pid</c>.</param>
/// <param name="OpenedAt">When the connection was opened, as a <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Host">The server; null when the pool has one host.</param>
internal sealed record BackendIdentity(int ProcessId, long OpenedAt, ServerHost? Host = null)
{
    /// <summary>The present age of the connection.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(OpenedAt);
}

using System.Diagnostics;

namespace ActorPool.Driver;

/// <summary>Which server process a connection has: its number, and since when, because numbers come again.</summary>
/// <param name="ProcessId">As <c>pg_stat_activity.pid</c>.</param>
/// <param name="OpenedAt">When the connection was opened, as a <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Host">Where; null when the pool has one host.</param>
internal sealed record BackendIdentity(int ProcessId, long OpenedAt, ServerHost? Host = null)
{
    /// <summary>For how long it has been there by now.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(OpenedAt);
}

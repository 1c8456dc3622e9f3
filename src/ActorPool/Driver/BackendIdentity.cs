namespace ActorPool.Driver;

/// <summary>Which server process a connection has: its number, and for how long it has been there, since numbers come again.</summary>
/// <param name="ProcessId">As <c>pg_stat_activity.pid</c>.</param>
/// <param name="Age">Since the connection was opened.</param>
internal sealed record BackendIdentity(int ProcessId, TimeSpan Age);

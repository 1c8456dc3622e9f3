namespace ActorPool.Demo.Server;

/// <summary>One session as the server shows it in <c>pg_stat_activity</c>.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Started">When it began; with the pid, this names one backend for ever.</param>
/// <param name="State">The server's word for what it does, such as <c>idle in transaction</c>.</param>
internal sealed record Backend(int Pid, DateTime Started, string State)
{
    public const string IdleInTransaction = "idle in transaction";
}

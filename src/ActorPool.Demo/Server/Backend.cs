namespace ActorPool.Demo.Server;

/// <summary>One session as the server shows it in <c>pg_stat_activity</c>.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Started">Its start; together with the pid it identifies one backend.</param>
/// <param name="State">The state that the server reports, such as <c>idle in transaction</c>.</param>
internal sealed record Backend(int Pid, DateTime Started, string State)
{
    public const string IdleInTransaction = "idle in transaction";
}

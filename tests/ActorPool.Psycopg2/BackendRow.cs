namespace ActorPool.Psycopg2;

/// <summary>One backend in the <see cref="ServerView"/>.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="State">Its state in the server's words.</param>
/// <param name="Marked">Whether it holds an advisory lock.</param>
public sealed record BackendRow(int Pid, string State, bool Marked);

namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>The state of a connection as its borrower left it.</summary>
internal enum SessionState
{
    Idle,
    InTransaction,
    Failed,

    /// <summary>Its backend is gone, which nobody on this side knows.</summary>
    Lost,

    /// <summary>Closed, by the borrower or after the loss was noticed.</summary>
    Closed,
}

namespace ActorPool.Psycopg2;

/// <summary>The state of a connection as its borrower left it.</summary>
public enum SessionState
{
    Idle,
    InTransaction,
    Failed,

    /// <summary>Its backend is gone, and neither the borrower nor the driver has noticed.</summary>
    Lost,

    /// <summary>Closed, by the borrower or after the loss was noticed.</summary>
    Closed,
}

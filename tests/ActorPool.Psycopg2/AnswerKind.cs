namespace ActorPool.Psycopg2;

/// <summary>The kinds of answers that are compared.</summary>
public enum AnswerKind
{
    Done,
    Connection,

    /// <summary>"connection pool is closed".</summary>
    Closed,

    /// <summary>"connection pool exhausted".</summary>
    Exhausted,

    /// <summary>"trying to put unkeyed connection".</summary>
    Unkeyed,

    /// <summary>The connection that a getconn needed could not be opened.</summary>
    ConnectFailed,

    /// <summary>Any other error.</summary>
    Unexpected,
}

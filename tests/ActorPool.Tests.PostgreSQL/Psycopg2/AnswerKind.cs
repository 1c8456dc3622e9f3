namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>The kinds of answers that are compared.</summary>
internal enum AnswerKind
{
    Done,
    Connection,

    /// <summary>"connection pool is closed".</summary>
    Closed,

    /// <summary>"connection pool exhausted".</summary>
    Exhausted,

    /// <summary>"trying to put unkeyed connection".</summary>
    Unkeyed,

    /// <summary>Any other error.</summary>
    Unexpected,
}

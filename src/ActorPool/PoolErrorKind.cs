namespace ActorPool;

/// <summary>What went wrong, for code; the message of the <see cref="PoolException"/> is for people.</summary>
public enum PoolErrorKind
{
    /// <summary>The pool is closed. psycopg2: <c>connection pool is closed</c>.</summary>
    Closed,

    /// <summary>All connections are lent and the request may not wait. psycopg2: <c>connection pool exhausted</c>. Transient.</summary>
    Exhausted,

    /// <summary>No connection came free within the time-out. Transient.</summary>
    Timeout,

    /// <summary><c>max-waiting</c> requests wait already. Transient.</summary>
    TooManyWaiting,

    /// <summary>The connection is not lent, not by this pool, or not under this key. psycopg2: <c>trying to put unkeyed connection</c>.</summary>
    NotCheckedOut,

    /// <summary>No connection could be opened; the server's own error is the <see cref="Exception.InnerException"/>. Transient.</summary>
    ConnectFailed,

    /// <summary>The sender or owner lives in another process; a connection cannot leave its own.</summary>
    NotLocal,
}

namespace ActorPool;

/// <summary>The kind of an error, for code to act on; the message of the <see cref="PoolException"/> is for people.</summary>
public enum PoolErrorKind
{
    /// <summary>The pool is closed. psycopg2: <c>connection pool is closed</c>.</summary>
    Closed,

    /// <summary>All connections are lent and the request may not wait. psycopg2: <c>connection pool exhausted</c>. Transient.</summary>
    Exhausted,

    /// <summary>
    /// No connection came free within the time-out, or at once for a request that does not wait. The message says why: all are lent and by which
    /// borrowers, the key is in use, the pool is paused, the server does not answer, opens are slow or limited. Transient.
    /// </summary>
    Timeout,

    /// <summary>As many requests wait as <c>max-waiting</c> allows. Transient.</summary>
    TooManyWaiting,

    /// <summary>
    /// The connection is no longer lent, not lent by this pool, or not under this key; the message says which, and why a lease has ended.
    /// psycopg2: <c>trying to put unkeyed connection</c>.
    /// </summary>
    NotCheckedOut,

    /// <summary>
    /// No connection could be opened; the server's own error is the <see cref="Exception.InnerException"/>. Transient, unless it lasts until it is
    /// corrected: the user or the password is refused (28xxx), the database does not exist (3D000), the user may not connect to it (42501).
    /// </summary>
    ConnectFailed,

    /// <summary>
    /// The sender or owner is in another process. A connection cannot leave its process, and statements from there need <c>pipeline.accept-remote</c>. Also: a
    /// value of the answer cannot be sent there; the message then says that the statement was carried out.
    /// </summary>
    NotLocal,

    /// <summary>
    /// The statement cannot be told to a pool: it would change the session or a transaction for other callers (<c>BEGIN</c>, <c>SET</c>, <c>LISTEN</c>), it is
    /// a <c>COPY</c>, or its text has several statements. It was not sent, or it was rolled back. The message says what to do: set a <c>Key</c>, use
    /// <c>ExecuteAllAsync</c> or <c>TransactAsync</c>, or borrow a connection.
    /// </summary>
    NotAsStatement,

    /// <summary>
    /// The statement was sent, and no answer came: the connection was lost, or the caller did not wait any longer. It may have been carried out. Not
    /// transient: a retry could run it twice. See <see cref="StatementOptions.Repeatable"/>.
    /// </summary>
    OutcomeUnknown,

    /// <summary>The answer to a sender in another process is larger than a message may be. The statement was carried out.</summary>
    TooLarge,

    /// <summary>
    /// A statement of a sender in another process failed. With an <c>SqlState</c> the server refused it, and it had no effect. A sender in the pool's own
    /// process gets the error itself.
    /// </summary>
    StatementFailed,
}

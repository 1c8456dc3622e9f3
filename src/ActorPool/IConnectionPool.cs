using System.Runtime.CompilerServices;

namespace ActorPool;

#pragma warning disable RS0026 // Which overload a call means is settled by a priority and by the type of the first argument; a test holds each form.

/// <summary>A pool of PostgreSQL connections: psycopg2's <c>AbstractConnectionPool</c>.</summary>
/// <remarks>
/// <see cref="IAsyncDisposable.DisposeAsync"/> is the graceful end: borrowed connections may be returned within
/// <c>close-timeout</c>, if another caller can return them.
/// </remarks>
public interface IConnectionPool : IAsyncDisposable
{
    /// <summary>Borrows a connection; psycopg2's <c>getconn</c>. Dispose it, or pass it to <see cref="PutConnAsync"/>.</summary>
    /// <param name="key">Binds the connection to a key; null for no key. Compared by <c>Equals</c>.</param>
    /// <param name="cancellationToken">Cancels the wait: the request leaves the queue at once.</param>
    /// <param name="file">Filled in by the compiler: where it was borrowed, for reports of leaks.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="PoolException">Closed, exhausted, timed out, too many waiting, or no connection could be opened.</exception>
    /// <exception cref="ArgumentException">
    /// The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request: an argument in the wrong place.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled first.</exception>
    /// <exception cref="InvalidOperationException">The call is made inside a <see cref="System.Transactions.TransactionScope"/>, in which a lease cannot take part (<c>ambient-transactions</c>).</exception>
    ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0);

    /// <summary>Borrows a connection without a key. This is what <c>GetConnAsync(token)</c> and <c>GetConnAsync(default)</c> call.</summary>
    /// <inheritdoc cref="GetConnAsync(object?, CancellationToken, string?, int)"/>
    [OverloadResolutionPriority(1)]
    ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        GetConnAsync(key: null, cancellationToken, file, line);

    /// <summary>Borrows a connection with a timeout, an owner, or exclusive use of its key for this call.</summary>
    /// <inheritdoc cref="GetConnAsync(object?, CancellationToken, string?, int)"/>
    /// <param name="request">The key, the timeout, the owner and whether its use of the key is exclusive; null for a request without a key.</param>
    /// <param name="cancellationToken">Cancels the wait: the request leaves the queue at once.</param>
    /// <param name="file">Filled in by the compiler: where it was borrowed, for reports of leaks.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="PoolException">
    /// As without a request; <see cref="PoolErrorKind.NotLocal"/> when the <see cref="GetConn.Owner"/> is remote, and
    /// <see cref="PoolErrorKind.NotCheckedOut"/> when it ends before the request is served.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The <see cref="GetConn.Timeout"/> is negative and not infinite.</exception>
    /// <exception cref="ArgumentException">The <see cref="GetConn.Owner"/> is an actor of the pool, or the pool has no actors.</exception>
    ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0);

    /// <summary>Returns a connection; psycopg2's <c>putconn</c>. Completes when the return is decided, not after I/O.</summary>
    /// <param name="connection">The result of <c>GetConnAsync</c>.</param>
    /// <param name="key">The key it was borrowed with. Null: any key.</param>
    /// <param name="close">Close the connection instead of keeping it.</param>
    /// <exception cref="PoolException">The pool is closed, or the connection is not lent, not by this pool, or not under this key.</exception>
    /// <exception cref="ArgumentException">The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request.</exception>
    ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false);

    /// <summary>Closes every connection now, those in use included; psycopg2's <c>closeall</c>. Completes when all are closed.</summary>
    /// <exception cref="PoolException">The pool is closed already.</exception>
    Task CloseAllAsync();

    /// <summary>
    /// The pool's numbers at this moment: a snapshot, never a round trip. It includes every return and cancellation that came before, and
    /// may spin for a moment until it does.
    /// </summary>
    PoolStatistics Statistics { get; }
}

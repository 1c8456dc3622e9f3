using System.Runtime.CompilerServices;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.LeasedWork;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool;

#pragma warning disable RS0026 // An interpolated string and a Statement are not confused; a test holds each form.
#pragma warning disable CS1573 // The texts of the other parameters are inherited.

/// <summary>
/// Tells a pool statements, instead of borrowing a connection for each. A <see cref="ConnectionPool"/> sends the statements of many callers in one
/// round trip; another pool runs each on a lease of its own.
/// </summary>
/// <remarks>
/// <para>Each call has one of three outcomes. A result, or the exception of your function for a row: the statement was carried out. An error of the
/// server, or a <see cref="PoolException"/> of another kind than <see cref="PoolErrorKind.OutcomeUnknown"/>: it had no effect.
/// <see cref="PoolErrorKind.OutcomeUnknown"/>, or an <see cref="OperationCanceledException"/> after it was sent: it may have been carried out.</para>
/// <para>A statement that would change the session or a transaction for other callers is refused before it is sent, as
/// <see cref="PoolErrorKind.NotAsStatement"/>. With a <see cref="StatementOptions.Key"/>, statements may change the key's session.</para>
/// </remarks>
public static class ConnectionPoolStatements
{
    /// <summary>Runs a statement that returns no rows.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="sql">An interpolated string; each hole is a parameter.</param>
    /// <param name="options">A key, a time-out, whether it may be repeated. Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the wait. A statement that was not sent is not run; one that runs is cancelled at the server.</param>
    /// <returns>The number of affected rows; -1 where the server gives none.</returns>
    /// <exception cref="PostgresException">The server's error: it had no effect.</exception>
    /// <exception cref="PoolException">The pool refuses it, or its outcome is unknown; see <see cref="PoolException.Kind"/>.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. A statement that was not sent is not run; one that was sent may have been carried out. A
    /// <see cref="ConnectionPool"/> says in the message which of the two.
    /// </exception>
    /// <exception cref="InvalidOperationException">The call is made inside a <see cref="System.Transactions.TransactionScope"/> (<c>ambient-transactions</c>).</exception>
    public static ValueTask<int> ExecuteAsync(this IConnectionPool pool, StatementHandler sql, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        ExecuteAsync(pool, sql.ToStatement(), options, cancellationToken);

    /// <inheritdoc cref="ExecuteAsync(IConnectionPool, StatementHandler, StatementOptions?, CancellationToken)"/>
    /// <param name="statement">The statement.</param>
    public static ValueTask<int> ExecuteAsync(this IConnectionPool pool, Statement statement, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(pool, One(statement), RowsAffected.Instance, options, cancellationToken);

    /// <summary>Runs a statement and returns the first column of its first row.</summary>
    /// <inheritdoc cref="ExecuteAsync(IConnectionPool, StatementHandler, StatementOptions?, CancellationToken)"/>
    /// <returns>
    /// The value. Without a row, and for NULL, the default of <typeparamref name="T"/>: ask for <c>int?</c> to tell NULL from 0.
    /// </returns>
    public static ValueTask<T?> ScalarAsync<T>(this IConnectionPool pool, StatementHandler sql, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        ScalarAsync<T>(pool, sql.ToStatement(), options, cancellationToken);

    /// <inheritdoc cref="ScalarAsync{T}(IConnectionPool, StatementHandler, StatementOptions?, CancellationToken)"/>
    /// <param name="statement">The statement.</param>
    public static ValueTask<T?> ScalarAsync<T>(this IConnectionPool pool, Statement statement, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(pool, One(statement), new Scalar<T>(), options, cancellationToken);

    /// <summary>Runs a statement and makes an object of each row. The rows are read in full before the call returns.</summary>
    /// <inheritdoc cref="ExecuteAsync(IConnectionPool, StatementHandler, StatementOptions?, CancellationToken)"/>
    /// <param name="row">
    /// Makes an object of the row on which the reader stands. It runs on the thread that reads from the connection, and other statements wait for
    /// it: keep it short and without I/O, and do not keep the reader. When it throws, its exception is the answer.
    /// </param>
    /// <returns>An object for each row.</returns>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is a task or a reader: the row would be read too late.</exception>
    public static ValueTask<List<T>> QueryAsync<T>(
        this IConnectionPool pool, StatementHandler sql, Func<NpgsqlDataReader, T> row, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        QueryAsync(pool, sql.ToStatement(), row, options, cancellationToken);

    /// <inheritdoc cref="QueryAsync{T}(IConnectionPool, StatementHandler, Func{NpgsqlDataReader, T}, StatementOptions?, CancellationToken)"/>
    /// <param name="statement">The statement.</param>
    public static ValueTask<List<T>> QueryAsync<T>(
        this IConnectionPool pool, Statement statement, Func<NpgsqlDataReader, T> row, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(pool, One(statement), new RowList<T>(RowRule.Checked(row)), options, cancellationToken);

    /// <summary>Runs several statements as one transaction in one round trip: all of them or none.</summary>
    /// <inheritdoc cref="ExecuteAsync(IConnectionPool, StatementHandler, StatementOptions?, CancellationToken)"/>
    /// <param name="statements">The statements, in their order; at least one.</param>
    /// <returns>The number of affected rows of each statement; -1 where the server gives none.</returns>
    public static ValueTask<int[]> ExecuteAllAsync(
        this IConnectionPool pool, IReadOnlyList<Statement> statements, StatementOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(pool, StatementRule.Group(statements), AllRowsAffected.Instance, options, cancellationToken);

    /// <summary>
    /// Runs code in a transaction on a lease of its own. The transaction is committed when the code returns, and rolled back when it throws, with
    /// its exception as the answer.
    /// </summary>
    /// <remarks>
    /// The time-out covers the wait for the connection, the code and the COMMIT. When it is over, the token of the code is cancelled, the
    /// transaction is rolled back, and the error is a <see cref="PoolErrorKind.Timeout"/>. With <see cref="StatementOptions.Repeatable"/> the code runs a
    /// second time when the connection was lost.
    /// </remarks>
    /// <param name="pool">The pool.</param>
    /// <param name="body">Runs with the lease, which ends with it, and a token that is cancelled with the call and at the time-out. Await every command in it.</param>
    /// <param name="options">A key, a time-out, whether the code may be repeated. Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the wait, or cancels the code.</param>
    /// <param name="file">Filled in by the compiler: where it was called, for reports of long holds.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>What the code returned.</returns>
    /// <exception cref="PoolException">
    /// The pool refuses, or the time-out is over; <see cref="PoolErrorKind.OutcomeUnknown"/>: the connection was lost during the COMMIT.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The code ended the transaction itself, or did not throw the error of a statement that failed; or the call is made inside a
    /// <see cref="System.Transactions.TransactionScope"/> (<c>ambient-transactions</c>).
    /// </exception>
    public static Task<T> TransactAsync<T>(
        this IConnectionPool pool, Func<PooledConnection, CancellationToken, Task<T>> body, StatementOptions? options = null, CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(body);
        options ??= StatementOptions.Default;
        var settings = StatementWay.SettingsOf(pool);
        AmbientTransaction.Check(settings);
        return TransactionRun.RunAsync(
            StatementWay.LenderOf(pool, options.Key, options.Timeout, file, line), body, options.Timeout ?? settings.Pipeline.Timeout, options.Repeatable, cancellationToken);
    }

    /// <inheritdoc cref="TransactAsync{T}(IConnectionPool, Func{PooledConnection, CancellationToken, Task{T}}, StatementOptions?, CancellationToken, string?, int)"/>
    public static Task TransactAsync(
        this IConnectionPool pool, Func<PooledConnection, CancellationToken, Task> body, StatementOptions? options = null, CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(body);
        return TransactAsync(pool, RunAsync, options, cancellationToken, file, line);

        async Task<bool> RunAsync(PooledConnection connection, CancellationToken token)
        {
            await body(connection, token).ConfigureAwait(false);
            return true;
        }
    }

    private static Statement[] One(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return [statement];
    }

    private static ValueTask<T> RunAsync<T>(IConnectionPool pool, Statement[] statements, StatementResult<T> result, StatementOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        options ??= StatementOptions.Default;
        if (StatementRule.Problem(statements, options.Key is not null) is { } problem)
            return ValueTask.FromException<T>(StatementFailures.Refused(StatementWay.NameOf(pool), problem).ToException());
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        return StatementWay.RunAsync(pool, statements, result, options.Key, options.Timeout, options.Repeatable, cancellationToken);
    }
}

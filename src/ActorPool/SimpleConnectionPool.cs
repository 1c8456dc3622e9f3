using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActorPool.Driver;
using ActorPool.Leases;
using ActorPool.Messages;
using ActorPool.Simple;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorPool;

#pragma warning disable RS0026 // Which overload a call means is settled by a priority and by the type of the first argument; a test holds each form.

/// <summary>
/// The same pool for one caller at a time, without actors: inside one actor, or in a script. psycopg2's <c>SimpleConnectionPool</c>.
/// </summary>
/// <remarks>
/// It never waits for another borrower, since there is none: when all connections are lent, a request is refused as exhausted.
/// <c>acquire-timeout</c> limits only the start. There are no timers: work that is due, such as a leak warning, is done inside the next call.
/// <c>validate-idle-every</c> and <c>collect-when-starved</c> have no effect. A call during another one throws <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed class SimpleConnectionPool : IConnectionPool, ILendingPool
{
    private readonly SimpleShell _shell;
    private int _busy;
    private bool _disposed;

    private SimpleConnectionPool(SimpleShell shell) => _shell = shell;

    /// <inheritdoc/>
    public PoolStatistics Statistics => _shell.Statistics;

    PoolSettings ILendingPool.Settings => _shell.Settings;

    DbProviderFactory ILendingPool.Driver => _shell.Driver;

    string ILendingPool.ConnectionString => _shell.ConnectionString;

    /// <summary>Starts a pool with <c>min-connections</c> open, without a log.</summary>
    /// <param name="settings">The settings of the pool.</param>
    /// <param name="cancellationToken">Cancels the start; connections that were opened are closed again.</param>
    /// <exception cref="ArgumentException">The settings do not fit each other, or need a logger: <c>leak-warning-after</c> is set.</exception>
    /// <exception cref="PoolException">A connection could not be opened; the server's own error is inside, and no backend is left.</exception>
    public static Task<SimpleConnectionPool> StartAsync(PoolSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.LeakWarningAfter is null
            ? StartAsync(settings, NullLogger.Instance, cancellationToken)
            : throw new ArgumentException(
                "A SimpleConnectionPool without a logger cannot show the warning of leak-warning-after. Start it with a logger, or set LeakWarningAfter to null.", nameof(settings));
    }

    /// <summary>Starts a pool with <c>min-connections</c> open, which logs as the actor pool does: failed opens, leases ended by force, leaks.</summary>
    /// <param name="settings">The settings of the pool.</param>
    /// <param name="logger">Receives the log. It is called on the thread of a call of the pool, and may call the pool. What it throws is ignored.</param>
    /// <param name="cancellationToken">Cancels the start; connections that were opened are closed again.</param>
    /// <exception cref="ArgumentException">The settings do not fit each other.</exception>
    /// <exception cref="PoolException">A connection could not be opened; the server's own error is inside, and no backend is left.</exception>
    public static Task<SimpleConnectionPool> StartAsync(PoolSettings settings, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(logger);
        settings.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        return StartAsync(settings, NpgsqlSource.Create(settings), logger, TimeProvider.System, cancellationToken);
    }

    internal static async Task<SimpleConnectionPool> StartAsync(
        PoolSettings settings, IConnectionSource source, ILogger logger, TimeProvider clock, CancellationToken cancellationToken)
    {
        var pool = new SimpleConnectionPool(new SimpleShell(settings, source, new SimplePoolLog(logger, settings.Name), clock));
        try
        {
            await pool._shell.StartAsync(cancellationToken).ConfigureAwait(false);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(key, null, file, line, cancellationToken);

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(null, null, file, line, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Its <see cref="GetConn.Timeout"/> has no effect: this pool never waits for another borrower.</remarks>
    /// <exception cref="ArgumentException">It names an owner: without actors this pool cannot watch one.</exception>
    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(request?.Key, request, file, line, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        KeyRule.Checked(key);
        using var call = Enter();
        _shell.Put(connection, key, close);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CloseAllAsync()
    {
        using var call = Enter();
        await _shell.CloseAllAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Closes every connection, those in use included: the caller that disposes the pool is the only one that could return them.
    /// Calling it again has no effect.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        using var call = Enter();
        _disposed = true;
        await _shell.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask<PooledConnection> BorrowAsync(object? key, GetConn? request, string? file, int line, CancellationToken cancellationToken)
    {
        _ = request?.CheckedTimeout;
        if (request?.Owner is not null)
            throw new ArgumentException("A SimpleConnectionPool has no actors and cannot watch an Owner. Leave Owner out, or use ConnectionPool.", nameof(request));
        AmbientTransaction.Check(_shell.Settings);
        return BorrowAsync(new SimpleRequest(KeyRule.Checked(key), file, line, request is { Exclusive: true }), cancellationToken);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The lease is the caller's.")]
    private async ValueTask<PooledConnection> BorrowAsync(SimpleRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var call = Enter();
        return await _shell.GetAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private Call Enter() =>
        Interlocked.Exchange(ref _busy, 1) == 0
            ? new Call(this)
            : throw new InvalidOperationException("A SimpleConnectionPool serves one caller at a time, and another call is in progress. Use ConnectionPool where several callers share a pool.");

    private readonly struct Call(SimpleConnectionPool pool) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref pool._busy, 0);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActorPool.Driver;
using ActorPool.Leases;
using ActorPool.Messages;
using ActorPool.Simple;

namespace ActorPool;

#pragma warning disable RS0026 // Which overload a call means is settled by a priority and by the type of the first argument; a test holds each form.

/// <summary>
/// The same pool for one caller at a time, without actors: inside one actor, or in a script. psycopg2's <c>SimpleConnectionPool</c>.
/// </summary>
/// <remarks>
/// It never waits for another borrower, since there is none: when all connections are lent a request is refused as exhausted,
/// whatever <c>acquire-timeout</c> says. It has no timers: what is due by the clock is done inside the next call.
/// A call while another is under way throws <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed class SimpleConnectionPool : IConnectionPool
{
    private readonly SimpleShell _driver;
    private int _busy;
    private bool _disposed;

    private SimpleConnectionPool(SimpleShell driver) => _driver = driver;

    /// <inheritdoc/>
    public PoolStatistics Statistics => _driver.Statistics;

    /// <summary>Starts a pool with <c>min-connections</c> open.</summary>
    /// <param name="settings">What it is built from.</param>
    /// <param name="cancellationToken">Gives up the start; what was opened is closed again.</param>
    /// <exception cref="ArgumentException">The settings do not fit each other.</exception>
    /// <exception cref="PoolException">A connection could not be opened; the server's own error is inside, and no backend is left.</exception>
    public static Task<SimpleConnectionPool> StartAsync(PoolSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        return StartAsync(settings, NpgsqlSource.Create(settings), cancellationToken);
    }

    internal static async Task<SimpleConnectionPool> StartAsync(PoolSettings settings, IConnectionSource source, CancellationToken cancellationToken)
    {
        var pool = new SimpleConnectionPool(new SimpleShell(settings, source));
        try
        {
            await pool._driver.StartAsync(cancellationToken).ConfigureAwait(false);
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
        GetAsync(Request(key, file, line), cancellationToken);

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        GetConnAsync(key: null, cancellationToken, file, line);

    /// <inheritdoc/>
    /// <remarks>Its <see cref="GetConn.Timeout"/> changes nothing: this pool never waits for another borrower.</remarks>
    /// <exception cref="ArgumentException">It names an owner: without actors this pool cannot watch one.</exception>
    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        _ = request?.CheckedTimeout;
        if (request?.Owner is not null)
            throw new ArgumentException("A SimpleConnectionPool has no actors and cannot watch an Owner. Leave Owner out, or use ConnectionPool.", nameof(request));
        return GetConnAsync(request?.Key, cancellationToken, file, line);
    }

    /// <inheritdoc/>
    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        KeyRule.Checked(key);
        using var call = Enter();
        _driver.Put(connection, key, close);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CloseAllAsync()
    {
        using var call = Enter();
        await _driver.CloseAllAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Closes every connection, those in use included: the one caller who could still return some is the one who disposes.
    /// Again: nothing happens.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        using var call = Enter();
        _disposed = true;
        await _driver.DisposeAsync().ConfigureAwait(false);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The lease is the caller's.")]
    private async ValueTask<PooledConnection> GetAsync(SimpleRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var call = Enter();
        return await _driver.GetAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private SimpleRequest Request(object? key, string? file, int line)
    {
        AmbientTransaction.Check(_driver.Settings);
        return new SimpleRequest(KeyRule.Checked(key), file, line);
    }

    private Call Enter() =>
        Interlocked.Exchange(ref _busy, 1) == 0
            ? new Call(this)
            : throw new InvalidOperationException("A SimpleConnectionPool serves one caller at a time, and a call is under way. Use ConnectionPool where several callers share a pool.");

    private readonly struct Call(SimpleConnectionPool pool) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref pool._busy, 0);
    }
}

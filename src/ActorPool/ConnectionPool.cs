using System.Data.Common;
using System.Runtime.CompilerServices;
using ActorPool.Actors;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool;

#pragma warning disable RS0026 // Which overload a call means is settled by a priority and by the type of the first argument; a test holds each form.

/// <summary>The actor pool; psycopg2's <c>ThreadedConnectionPool</c>, with an actor in place of the lock. Safe from any thread.</summary>
/// <remarks>
/// A thin facade over the <see cref="PoolManager"/>. Each request it sends contains its own promise, which costs less than an Ask; a cancelled
/// request leaves the queue at once. Continuations never run on the manager's thread.
/// </remarks>
public sealed partial class ConnectionPool : IConnectionPool, ILendingPool, ILivePool
{
    // If its dispatcher runs, a manager takes its first order at once, even on a machine that is busy with many starts.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly PoolContext _context;
    private readonly PoolRegistry _registry;
    private readonly Lock _ending = new();
    private Task? _end;
    private volatile bool _isStarted;

    private ConnectionPool(PoolContext context, PoolRegistry registry)
    {
        _context = context;
        _registry = registry;
    }

    /// <summary>The manager, for Ask and Tell.</summary>
    public IActorRef Manager => _context.Manager;

    /// <inheritdoc/>
    public PoolStatistics Statistics => _context.Statistics();

    PoolSettings ILendingPool.Settings => _context.Settings;

    DbProviderFactory ILendingPool.Driver => _context.Driver;

    string ILendingPool.ConnectionString => _context.ConnectionString;

    /// <summary>The start has succeeded: the pool takes requests.</summary>
    bool ILivePool.IsStarted => _isStarted;

    /// <summary>The end has begun; borrowed connections may still be returned.</summary>
    internal bool IsEnding => Volatile.Read(ref _end) is not null;

    /// <summary>The pool replaces lost connections at once.</summary>
    internal bool KeepsMin => _context.Settings.KeepMin;

    /// <summary>Without a connection the pool opens one, at once or after a pause, before the next request comes.</summary>
    internal bool KeepsTrying(PoolStatistics state) => !state.IsPaused && (state.Opening > 0 || state.Waiting > 0 || (KeepsMin && state.Min > 0));

    /// <summary>Starts a pool and waits until <c>min-connections</c> are open.</summary>
    /// <param name="system">Where its actors live. Its coordinated shutdown ends the pool gracefully.</param>
    /// <param name="settings">The settings of the pool.</param>
    /// <param name="cancellationToken">Cancels the start; connections that were opened are closed again.</param>
    /// <exception cref="ArgumentException">The settings do not fit each other, or a live pool of the system has this name.</exception>
    /// <exception cref="PoolException">
    /// <see cref="PoolErrorKind.ConnectFailed"/>: a connection could not be opened; the server's own error is inside, and no backend is left.
    /// A passing error (the server is full or starting up) is retried within <c>acquire-timeout</c>.
    /// </exception>
    public static Task<ConnectionPool> StartAsync(ActorSystem system, PoolSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        return StartAsync(system, settings, NpgsqlSource.Create(settings), cancellationToken);
    }

    internal static async Task<ConnectionPool> StartAsync(
        ActorSystem system, PoolSettings settings, IConnectionSource source, CancellationToken cancellationToken)
    {
        var context = new PoolContext(settings, source);
        var registry = PoolRegistry.Of(system);
        var pool = new ConnectionPool(context, registry);
        context.Closed = () => registry.Release(pool, context);
        try
        {
            registry.Start(pool, context);
            var order = new PoolOrder(PoolOrderKind.Start);
            var start = pool.SendAsync(order);
            await Task.WhenAny(order.Taken, start).WaitAsync(StartPatience, cancellationToken).ConfigureAwait(false);
            await start.WaitAsync(cancellationToken).ConfigureAwait(false);
            pool._isStarted = true;
            registry.Announce(pool, context.Name);
            return pool;
        }
        catch (TimeoutException)
        {
            throw await pool.AbandonAsync().ConfigureAwait(false);
        }
        catch
        {
            await pool.EndAsync(TimeSpan.Zero).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Borrow(key, null, file, line, cancellationToken);

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Borrow(null, null, file, line, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Borrow(request?.Key, request, file, line, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ReturnRequest(_context, connection, KeyRule.Checked(key), close).Send();
    }

    /// <inheritdoc/>
    public Task CloseAllAsync()
    {
        var order = new PoolOrder(PoolOrderKind.CloseAll);
        _context.Send(order);
        return order.Done;
    }

    /// <summary>
    /// Ends the pool gracefully: no connection is lent, borrowed ones may be returned within <c>close-timeout</c>, then all are closed.
    /// Calling it again awaits the same end.
    /// </summary>
    public ValueTask DisposeAsync() => new(EndAsync(_context.Settings.CloseTimeout));

    /// <summary>The graceful end within <c>close-timeout</c>, or within this time if it is shorter.</summary>
    Task ILivePool.EndWithinAsync(TimeSpan most) => EndAsync(_context.Settings.CloseTimeout < most ? _context.Settings.CloseTimeout : most);

    private ValueTask<PooledConnection> Borrow(object? key, GetConn? request, string? file, int line, CancellationToken cancellationToken)
    {
        AmbientTransaction.Check(_context.Settings);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<PooledConnection>(cancellationToken)
            : AcquireRequest.Send(_context, KeyRule.Checked(key), file, line, cancellationToken, request?.CheckedTimeout, request?.Owner, request is { Exclusive: true });
    }

    private Task EndAsync(TimeSpan patience)
    {
        lock (_ending)
        {
            // A second end can shorten the first: the shutdown of the system may have less time than close-timeout.
            if (_end is not null && _context.HasManager)
                _context.Send(new PoolOrder(PoolOrderKind.Stop, patience));
            return _end ??= EndOnceAsync(patience);
        }
    }

    /// <summary>Ends a pool whose manager takes no orders.</summary>
    private async Task<PoolException> AbandonAsync()
    {
        lock (_ending)
            _end ??= Task.CompletedTask;
        await _registry.StopAsync(_context.Manager).ConfigureAwait(false);
        _registry.Release(this, _context);
        await _context.Source.DisposeAsync().ConfigureAwait(false);
        return new PoolException(
            PoolErrorKind.Timeout,
            $"Pool '{_context.Name}': it has not started, because its actors have not run for {StartPatience.TotalSeconds:0} s. Look for errors in the log of the actor system, and check akka.actor.actor-pool-dispatcher.");
    }

    /// <summary>Sends an order and awaits its end, or the end of a manager that can no longer carry it out.</summary>
    private async Task SendAsync(PoolOrder order)
    {
        _context.Send(order);
        using var done = new CancellationTokenSource();
        var stopped = _context.Manager.WatchAsync(done.Token);
        await Task.WhenAny(order.Done, stopped).ConfigureAwait(false);
        order.Fail(PoolFailure.Closed(_context.Name));
        await done.CancelAsync().ConfigureAwait(false);
        await order.Done.ConfigureAwait(false);
    }

    private async Task EndOnceAsync(TimeSpan patience)
    {
        try
        {
            var stop = new PoolOrder(PoolOrderKind.Stop, patience);
            if (_context.HasManager)
            {
                await SendAsync(stop).ConfigureAwait(false);
                await _registry.StopAsync(_context.Manager).ConfigureAwait(false);
            }
        }
        finally
        {
            _registry.Release(this, _context);
            await _context.Source.DisposeAsync().ConfigureAwait(false);
        }
    }
}

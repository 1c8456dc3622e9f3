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
/// A thin face on the <see cref="PoolManager"/>: it sends requests that are their own promises, which costs less than an Ask,
/// and a cancelled one leaves the queue at once. Continuations never run on the manager's thread.
/// </remarks>
public sealed partial class ConnectionPool : IConnectionPool, ILivePool
{
    // A manager that runs at all takes its first order at once, also on a machine that is busy with a start of everything.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly PoolContext _cell;
    private readonly PoolRegistry _registry;
    private readonly Lock _ending = new();
    private Task? _end;
    private volatile bool _isStarted;

    private ConnectionPool(PoolContext cell, PoolRegistry registry)
    {
        _cell = cell;
        _registry = registry;
    }

    /// <summary>The manager, for Ask and Tell.</summary>
    public IActorRef Manager => _cell.Manager;

    /// <inheritdoc/>
    public PoolStatistics Statistics => _cell.Statistics();

    /// <summary>Its start has ended well: it takes requests.</summary>
    bool ILivePool.IsStarted => _isStarted;

    /// <summary>Its end has begun; what is borrowed may still come back.</summary>
    internal bool IsEnding => Volatile.Read(ref _end) is not null;

    /// <summary>It opens connections again when it has lost some.</summary>
    internal bool KeepsMin => _cell.Settings.KeepMin;

    /// <summary>Without a connection it opens one, or will after a pause, and not only when the next request comes.</summary>
    internal bool KeepsTrying(PoolStatistics state) => !state.IsPaused && (state.Opening > 0 || state.Waiting > 0 || (KeepsMin && state.Min > 0));

    /// <summary>Starts a pool and waits until <c>min-connections</c> are open.</summary>
    /// <param name="system">Where its actors live. Its coordinated shutdown ends the pool gracefully.</param>
    /// <param name="settings">What it is built from.</param>
    /// <param name="cancellationToken">Gives up the start; what was opened is closed again.</param>
    /// <exception cref="ArgumentException">The settings do not fit each other, or a live pool of the system has this name.</exception>
    /// <exception cref="PoolException">
    /// <see cref="PoolErrorKind.ConnectFailed"/>: a connection could not be opened; the server's own error is inside, and no backend is left.
    /// What passes (the server is full or starting up) is tried again within <c>acquire-timeout</c>.
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
        var cell = new PoolContext(settings, source);
        var registry = PoolRegistry.Of(system);
        var pool = new ConnectionPool(cell, registry);
        cell.Closed = () => registry.Release(pool, cell);
        try
        {
            registry.Start(pool, cell);
            var order = new PoolOrder(PoolOrderKind.Start);
            var start = pool.GiveAsync(order);
            await Task.WhenAny(order.Taken, start).WaitAsync(StartPatience, cancellationToken).ConfigureAwait(false);
            await start.WaitAsync(cancellationToken).ConfigureAwait(false);
            pool._isStarted = true;
            registry.Announce(pool, cell.Name);
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
        [CallerLineNumber] int line = 0)
    {
        AmbientTransaction.Check(_cell.Settings);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<PooledConnection>(cancellationToken)
            : AcquireRequest.Send(_cell, KeyRule.Checked(key), file, line, cancellationToken);
    }

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        GetConnAsync(key: null, cancellationToken, file, line);

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        AmbientTransaction.Check(_cell.Settings);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<PooledConnection>(cancellationToken)
            : AcquireRequest.Send(_cell, request?.Key, file, line, cancellationToken, request?.CheckedTimeout, request?.Owner);
    }

    /// <inheritdoc/>
    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ReturnRequest(_cell, connection, KeyRule.Checked(key), close).Send();
    }

    /// <inheritdoc/>
    public Task CloseAllAsync()
    {
        var order = new PoolOrder(PoolOrderKind.CloseAll);
        _cell.Send(order);
        return order.Done;
    }

    /// <summary>
    /// Ends the pool gracefully: nothing more is lent, borrowed connections get <c>close-timeout</c> to come back, then all are closed.
    /// Again: the same end is awaited.
    /// </summary>
    public ValueTask DisposeAsync() => new(EndAsync(_cell.Settings.CloseTimeout));

    /// <summary>The graceful end, with less than <c>close-timeout</c> when there is less time.</summary>
    Task ILivePool.EndWithinAsync(TimeSpan most) => EndAsync(_cell.Settings.CloseTimeout < most ? _cell.Settings.CloseTimeout : most);

    private Task EndAsync(TimeSpan patience)
    {
        lock (_ending)
        {
            // An end that is under way can be hurried up: the shutdown of the system has less time than close-timeout may be.
            if (_end is not null && _cell.HasManager)
                _cell.Send(new PoolOrder(PoolOrderKind.Stop, patience));
            return _end ??= EndOnceAsync(patience);
        }
    }

    /// <summary>Ends a pool whose manager takes no orders.</summary>
    private async Task<PoolException> AbandonAsync()
    {
        lock (_ending)
            _end ??= Task.CompletedTask;
        await _registry.StopAsync(_cell.Manager).ConfigureAwait(false);
        _registry.Release(this, _cell);
        await _cell.Source.DisposeAsync().ConfigureAwait(false);
        return new PoolException(
            PoolErrorKind.Timeout,
            $"Pool '{_cell.Name}': it has not started, because its actors have not run for {StartPatience.TotalSeconds:0} s. Look for errors in the log of the actor system, and check akka.actor.actor-pool-dispatcher.");
    }

    /// <summary>Gives an order and awaits its end, or the end of a manager that can no longer obey.</summary>
    private async Task GiveAsync(PoolOrder order)
    {
        _cell.Send(order);
        using var obeyed = new CancellationTokenSource();
        var gone = _cell.Manager.WatchAsync(obeyed.Token);
        await Task.WhenAny(order.Done, gone).ConfigureAwait(false);
        order.Fail(PoolFailure.Closed(_cell.Name));
        await obeyed.CancelAsync().ConfigureAwait(false);
        await order.Done.ConfigureAwait(false);
    }

    private async Task EndOnceAsync(TimeSpan patience)
    {
        try
        {
            var stop = new PoolOrder(PoolOrderKind.Stop, patience);
            if (_cell.HasManager)
            {
                await GiveAsync(stop).ConfigureAwait(false);
                await _registry.StopAsync(_cell.Manager).ConfigureAwait(false);
            }
        }
        finally
        {
            _registry.Release(this, _cell);
            await _cell.Source.DisposeAsync().ConfigureAwait(false);
        }
    }
}

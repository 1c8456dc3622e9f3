using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorPool.Leases;
using ActorPool.Messages;
using ActorPool.Statements;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ActorPool.Hosting;

/// <summary>
/// A pool that is looked up by name when it is used: the container makes services before the actor system starts the pools, and a hosted
/// service registered before <c>AddAkka</c> runs earlier. Such a call waits for the pool, within <c>acquire-timeout</c>.
/// The pool belongs to the actor system, so disposing this object has no effect.
/// </summary>
internal sealed class InjectedConnectionPool(IServiceProvider services, string name) : IConnectionPool, ILendingPool, IStatementPool, IDisposable
{
    private ConnectionPool? _pool;

    // Before the start there is nothing to count.
    public PoolStatistics Statistics =>
        Started?.Statistics ?? new PoolStatistics { Name = name, Min = SettingsIfAdded.MinConnections, Max = SettingsIfAdded.MaxConnections };

    PoolSettings ILendingPool.Settings => Started is ILendingPool pool ? pool.Settings : SettingsIfAdded;

    DbProviderFactory ILendingPool.Driver => NpgsqlFactory.Instance;

    string ILendingPool.ConnectionString => Started is ILendingPool pool ? pool.ConnectionString : PoolSettingsText.WithoutSecrets(SettingsIfAdded is { DataSource: { } given } ? given.ConnectionString : SettingsIfAdded.ConnectionString);

    private ActorSystem System => services.GetRequiredService<ActorSystem>();

    // The live pool with this name; after its end the last one, whose errors say that it is closed.
    private ConnectionPool? Started => _pool = ConnectionPool.Find(System, name) ?? _pool;

    /// <summary>The settings of a pool that has not started yet.</summary>
    /// <exception cref="InvalidOperationException">No pool of this name was added.</exception>
    private PoolSettings SettingsIfAdded
    {
        get
        {
            var added = HostedPools.Find(services.GetService<AkkaConfigurationBuilder>());
            return added?.Find(name)?.Settings(System)
                ?? throw new InvalidOperationException($"There is no pool named '{name}' in the actor system. Add it with WithConnectionPool in AddAkka.{Known(added)}");
        }
    }

    public ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Started is { } pool ? pool.GetConnAsync(key, cancellationToken, file, line) : GetWhenStartedAsync(new GetConn(KeyRule.Checked(key)), file, line, cancellationToken);

    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Started is { } pool ? pool.GetConnAsync(request, cancellationToken, file, line) : GetWhenStartedAsync(request ?? new GetConn(), file, line, cancellationToken);

    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Started is { } pool ? pool.PutConnAsync(connection, key, close) : PutWhenStartedAsync(connection, key, close);
    }

    ValueTask<T> IStatementPool.RunAsync<T>(
        Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool repeatable, CancellationToken cancellationToken) =>
        Started is { } pool
            ? StatementWay.RunAsync(pool, statements, result, key, timeout, repeatable, cancellationToken)
            : RunWhenStartedAsync(statements, result, key, timeout, repeatable, cancellationToken);

    public async Task CloseAllAsync() =>
        await (Started ?? await StartedAsync(SettingsIfAdded, null, CancellationToken.None).ConfigureAwait(false)).CloseAllAsync().ConfigureAwait(false);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
    }

    private static string Known(HostedPools? added) => added is null ? "" : $" The pools are: {string.Join(", ", added.Names)}.";

    /// <summary>The wait for the pool and the wait in the pool share one time-out.</summary>
    private async ValueTask<PooledConnection> GetWhenStartedAsync(GetConn request, string? file, int line, CancellationToken cancellationToken)
    {
        var settings = SettingsIfAdded;
        AmbientTransaction.Check(settings);
        var (pool, left) = await StartedWithinAsync(settings, request.CheckedTimeout ?? settings.AcquireTimeout, cancellationToken).ConfigureAwait(false);
        return await pool.GetConnAsync(request with { Timeout = left }, cancellationToken, file, line).ConfigureAwait(false);
    }

    /// <summary>The wait for the pool and the statement share one time-out.</summary>
    private async ValueTask<T> RunWhenStartedAsync<T>(
        Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool repeatable, CancellationToken cancellationToken)
    {
        var settings = SettingsIfAdded;
        AmbientTransaction.Check(settings);
        var (pool, left) = await StartedWithinAsync(settings, timeout ?? settings.Pipeline.Timeout, cancellationToken).ConfigureAwait(false);
        // Zero is no time-out of a statement.
        var least = TimeSpan.FromMilliseconds(1);
        return await StatementWay.RunAsync(pool, statements, result, key, left >= TimeSpan.Zero && left < least ? least : left, repeatable, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(ConnectionPool Pool, TimeSpan Left)> StartedWithinAsync(PoolSettings settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        var pool = await StartedAsync(settings, timeout, cancellationToken).ConfigureAwait(false);
        if (timeout == Timeout.InfiniteTimeSpan)
            return (pool, timeout);
        var left = timeout - Stopwatch.GetElapsedTime(since);
        return (pool, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private async ValueTask PutWhenStartedAsync(PooledConnection connection, object? key, bool close)
    {
        var pool = await StartedAsync(SettingsIfAdded, null, CancellationToken.None).ConfigureAwait(false);
        await pool.PutConnAsync(connection, key, close).ConfigureAwait(false);
    }

    /// <summary>Waits for the start of the pool. With a time-out of zero it waits for the pool's own work, up to <c>connect-timeout</c>.</summary>
    private async Task<ConnectionPool> StartedAsync(PoolSettings settings, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var patience = timeout ?? settings.AcquireTimeout;
        if (patience == TimeSpan.Zero)
            patience = settings.ConnectTimeout;
        return await ConnectionPool.WhenStartedAsync(System, name, patience, cancellationToken).ConfigureAwait(false)
            ?? throw new PoolException(
                PoolErrorKind.Timeout,
                $"Pool '{name}': the pool has not started within {patience.TotalSeconds:0.###} s. It starts with the actor system: call AddAkka before you add a hosted service that needs the pool in its StartAsync.");
    }
}

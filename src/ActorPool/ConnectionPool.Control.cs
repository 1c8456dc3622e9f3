using ActorPool.Actors;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool;

// The commands of an operator while the pool runs. Actors send the same as messages to the manager.
public sealed partial class ConnectionPool
{
    /// <summary>The live pool of an actor system by its name; null when there is none.</summary>
    /// <param name="system">The actor system in which it was started, with or without hosting.</param>
    /// <param name="name"><see cref="PoolSettings.Name"/>.</param>
    public static ConnectionPool? Find(ActorSystem system, string name = "default")
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(name);
        return (ConnectionPool?)PoolRegistry.Of(system).Find(name);
    }

    /// <summary>Waits until a pool of this name takes requests. Null when none does within the time, or when the actor system ends first.</summary>
    internal static async Task<ConnectionPool?> WhenStartedAsync(ActorSystem system, string name, TimeSpan patience, CancellationToken cancellationToken) =>
        (ConnectionPool?)await PoolRegistry.Of(system).StartedAsync(name, patience, cancellationToken).ConfigureAwait(false);

    /// <summary>A pool of the system has lent a connection, or a request waits for one.</summary>
    internal static bool IsAnyInUse(ActorSystem system) => PoolRegistry.Of(system).IsAnyInUse;

    /// <inheritdoc cref="Resize"/>
    /// <param name="minConnections">As <c>min-connections</c>: at least 0.</param>
    /// <param name="maxConnections">As <c>max-connections</c>: at least 1 and <paramref name="minConnections"/>.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    /// <exception cref="PoolException">The pool is closed.</exception>
    public Task ResizeAsync(int minConnections, int maxConnections) => AskAsync<Resized>(new Resize(minConnections, maxConnections), default);

    /// <inheritdoc cref="Drain"/>
    /// <exception cref="PoolException">The pool is closed.</exception>
    public Task DrainAsync() => AskAsync<Drained>(new Drain(), default);

    /// <inheritdoc cref="Pause"/>
    /// <param name="untilReturned">Complete only when every lease is returned and rolled back.</param>
    /// <param name="cancellationToken">Stops waiting for that; the pool stays paused.</param>
    /// <exception cref="InvalidOperationException">The pool was resumed before everything was returned.</exception>
    /// <exception cref="PoolException">The pool is closed.</exception>
    public Task PauseAsync(bool untilReturned = false, CancellationToken cancellationToken = default) =>
        AskAsync<Paused>(new Pause(untilReturned), cancellationToken);

    /// <inheritdoc cref="Resume"/>
    /// <exception cref="PoolException">The pool is closed.</exception>
    public Task ResumeAsync() => AskAsync<Resumed>(new Resume(), default);

    /// <summary>The leases that are out, the longest held first.</summary>
    /// <exception cref="PoolException">The pool is closed.</exception>
    public async Task<IReadOnlyList<PoolLease>> GetLeasesAsync() => await AskAsync<PoolLease[]>(new GetLeases(), default).ConfigureAwait(false);

    private async Task<T> AskAsync<T>(object command, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stopped = Manager.WatchAsync(over.Token);
        var answer = Manager.Ask<T>(command, Timeout.InfiniteTimeSpan, over.Token);
        await Task.WhenAny(answer, stopped).ConfigureAwait(false);
        var isAnswered = answer.IsCompleted;
        await over.CancelAsync().ConfigureAwait(false);
        return isAnswered ? await answer.ConfigureAwait(false) : throw PoolFailure.Closed(_context.Name).ToException();
    }
}

using System.Runtime.CompilerServices;
using ActorPool.Actors;
using Akka.Actor;

namespace ActorPool.Hosting;

/// <summary>
/// A pool by its name, looked up when it is first used: services are made before the actor system has started its pools.
/// It belongs to the actor system, so the container's disposal of it means nothing.
/// </summary>
internal sealed class InjectedConnectionPool(Func<ActorSystem> system, string name) : IConnectionPool, IDisposable
{
    private ConnectionPool? _pool;

    public PoolStatistics Statistics => Pool.Statistics;

    // The live one of the name; after its end the last one, which says that it is closed.
    private ConnectionPool Pool => _pool = PoolRegistry.Of(system()).Find(name) ?? _pool
        ?? throw new InvalidOperationException($"There is no pool named '{name}' in the actor system yet. Add it with WithConnectionPool in AddAkka, and use it when the host has started.");

    public ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Pool.GetConnAsync(key, cancellationToken, file, line);

    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Pool.GetConnAsync(key: null, cancellationToken, file, line);

    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        Pool.GetConnAsync(request, cancellationToken, file, line);

    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false) =>
        Pool.PutConnAsync(connection, key, close);

    public Task CloseAllAsync() => Pool.CloseAllAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
    }
}

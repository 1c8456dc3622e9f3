using Akka.Actor;

namespace ActorPool.Psycopg2;

/// <summary>Messages to the manager.</summary>
public sealed class AskEntryPoint(ConnectionPool pool) : IEntryPoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public PoolStatistics Statistics => pool.Statistics;

    public bool KeepsStatistics => true;

    public Task<PooledConnection> GetAsync(object? key) => pool.Manager.Ask<PooledConnection>(new GetConn(key), Patience);

    public Task PutAsync(PooledConnection connection, object? key, bool close) =>
        pool.Manager.Ask<ConnPut>(new PutConn(connection, key, close), Patience);

    public Task CloseAllAsync() => pool.Manager.Ask<AllClosed>(new CloseAll(), Patience);

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

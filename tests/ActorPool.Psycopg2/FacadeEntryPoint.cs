namespace ActorPool.Psycopg2;

/// <summary>The methods of <see cref="IConnectionPool"/>.</summary>
public sealed class FacadeEntryPoint(IConnectionPool pool) : IEntryPoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public PoolStatistics Statistics => pool.Statistics;

    public bool KeepsStatistics => pool is not SimpleConnectionPool;

    public Task<PooledConnection> GetAsync(object? key) => pool.GetConnAsync(key).AsTask().WaitAsync(Patience);

    public Task PutAsync(PooledConnection connection, object? key, bool close) =>
        pool.PutConnAsync(connection, key, close).AsTask().WaitAsync(Patience);

    public Task CloseAllAsync() => pool.CloseAllAsync().WaitAsync(Patience);

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

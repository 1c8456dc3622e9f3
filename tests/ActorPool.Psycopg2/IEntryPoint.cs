namespace ActorPool.Psycopg2;

/// <summary>One of the entry points of this project's pools.</summary>
public interface IEntryPoint : IAsyncDisposable
{
    PoolStatistics Statistics { get; }

    /// <summary>False when results of finished work are only seen in the next call.</summary>
    bool KeepsStatistics { get; }

    Task<PooledConnection> GetAsync(object? key);

    Task PutAsync(PooledConnection connection, object? key, bool close);

    Task CloseAllAsync();
}

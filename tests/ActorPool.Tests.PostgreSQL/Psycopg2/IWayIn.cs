namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>One of the ways in which this project's pools are called.</summary>
internal interface IWayIn : IAsyncDisposable
{
    PoolStatistics Statistics { get; }

    /// <summary>False when results of finished work are only seen in the next call.</summary>
    bool KeepsStatistics { get; }

    Task<PooledConnection> GetAsync(object? key);

    Task PutAsync(PooledConnection connection, object? key, bool close);

    Task CloseAllAsync();
}

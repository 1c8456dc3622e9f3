namespace ActorPool;

/// <summary>A connection of a <see cref="PooledDataSource"/>, or a lease: gives code that needs the pool or the driver its lease.</summary>
public interface IPooledDbConnection
{
    /// <summary>
    /// The lease that the open connection has: for <see cref="PooledConnection.Npgsql"/>, <see cref="PooledConnection.IsNewSession"/> and the key.
    /// It belongs to this connection: close the connection, not the lease.
    /// </summary>
    /// <exception cref="PoolException"><see cref="PoolErrorKind.NotCheckedOut"/>: the connection is closed, or the pool has ended its lease.</exception>
    PooledConnection Lease { get; }
}

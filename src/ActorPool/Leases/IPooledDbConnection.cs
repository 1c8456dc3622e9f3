namespace ActorPool;

/// <summary>A connection of a <see cref="PooledDataSource"/>, or a lease: gives access to the lease, and through it to the driver's connection.</summary>
/// <example><c>((IPooledDbConnection)connection).Lease.Npgsql</c></example>
public interface IPooledDbConnection
{
    /// <summary>
    /// The lease of the open connection: for <see cref="PooledConnection.Npgsql"/>, <see cref="PooledConnection.IsNewSession"/> and
    /// <see cref="PooledConnection.Key"/>. It belongs to this connection: close the connection, not the lease. A lease returns itself.
    /// </summary>
    /// <exception cref="PoolException">
    /// <see cref="PoolErrorKind.NotCheckedOut"/>: the connection of the data source is closed, or the pool has ended its lease.
    /// </exception>
    PooledConnection Lease { get; }
}

using System.Data.Common;
using ActorPool.Testing.Pool;

namespace ActorPool.Testing;

/// <summary>Makes single leases without a pool, for tests of code that takes a <see cref="PooledConnection"/>.</summary>
public static class TestLease
{
    /// <summary>A lease over a connection of any driver.</summary>
    /// <param name="connection">A closed one is opened here, and closed with the lease. An open one is yours: it stays open.</param>
    /// <param name="key"><see cref="PooledConnection.Key"/>.</param>
    /// <param name="isNewSession"><see cref="PooledConnection.IsNewSession"/>.</param>
    /// <param name="returned">
    /// Called once, when the lease is disposed or closed. The lease has ended by then: it can be compared, but its members throw. Returning it to a
    /// pool by <see cref="PutConn"/> or <c>PutConnAsync</c> is refused, since no pool lent it.
    /// </param>
    public static PooledConnection Over(DbConnection connection, object? key = null, bool isNewSession = false, Action<PooledConnection>? returned = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new LooseLease(connection, returned).Lend(key, isNewSession);
    }
}

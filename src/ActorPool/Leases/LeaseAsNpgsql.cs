using System.Data.Common;

namespace ActorPool.Leases;

/// <summary>
/// Gives leases the run-time type name by which Dapper, and what is built on it, recognises PostgreSQL: it passes arrays to the driver then,
/// and does not expand them.
/// </summary>
internal static class LeaseAsNpgsql
{
    /// <summary>Every lease has this type.</summary>
    internal sealed class NpgsqlConnection(ConnectionSlot place, DbConnection driver, object? key, bool isNewSession, int handle)
        : PooledConnection(place, driver, key, isNewSession, handle);
}

namespace ActorPool.DataSources;

/// <summary>
/// Gives the connections of a data source the run-time type name by which Dapper, and what is built on it, recognises PostgreSQL: it passes
/// arrays to the driver then, and does not expand them.
/// </summary>
internal static class ConnectionAsNpgsql
{
    /// <summary>Every connection of a data source has this type.</summary>
    internal sealed class NpgsqlConnection(PooledDataSource source) : DataSourceConnection(source);
}

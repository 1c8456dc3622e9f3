using ActorPool.Telemetry;
using Npgsql;

namespace ActorPool.Errors;

/// <summary>Names the errors of statements for metrics and spans.</summary>
internal static class ErrorTypes
{
    /// <summary>The kind of a pool's error, the SQLSTATE of a server's, and of any other the type: of the original one, if the driver has wrapped it.</summary>
    public static StatementError Of(Exception error) => error switch
    {
        PoolException pool => new StatementError(pool.Kind.ToString(), null),
        PostgresException server => new StatementError(server.SqlState, server.SqlState),
        NpgsqlException { InnerException: { } original } => Of(original),
        _ => new StatementError(error.GetType().FullName!, null),
    };
}

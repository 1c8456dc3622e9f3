using Npgsql;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>An application's set-up of a connection before a tenant's work: one round trip, four statements.</summary>
internal static class SessionSetup
{
    public const string Description = "Set-up: search_path, statement_timeout, the tenant's name, a temp table; then a read by primary key.";

    public static async ValueTask RunAsync(NpgsqlConnection connection, object key)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SET search_path = tenant, public;
            SET statement_timeout = '30s';
            SET app.tenant = '{key}';
            CREATE TEMP TABLE IF NOT EXISTS basket (product int, amount int)
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }
}

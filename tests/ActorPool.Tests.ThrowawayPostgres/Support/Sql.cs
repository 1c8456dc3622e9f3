using Npgsql;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>Sessions and single statements on a server under test, without a pool.</summary>
internal static class Sql
{
    public static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<string> AskAsync(string connectionString, string statement)
    {
        await using var connection = await OpenAsync(connectionString);
        return await AskAsync(connection, statement);
    }

    public static async Task<string> AskAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return (await command.ExecuteScalarAsync())?.ToString() ?? "";
    }
}

namespace ActorPool.HostedApp;

internal static class Sql
{
    public static async Task<int> ScalarAsync(PooledConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (int)(await command.ExecuteScalarAsync())!;
    }

    public static async Task ExecuteAsync(PooledConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}

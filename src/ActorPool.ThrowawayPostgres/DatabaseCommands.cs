using Npgsql;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The statements that make and drop databases, each on a session of its own that ends with it.</summary>
/// <param name="connectionString">That of the server, with a database that stays.</param>
internal sealed class DatabaseCommands(string connectionString)
{
    private readonly string _unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    public string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;

    public Task CreateAsync(string name, CancellationToken cancellationToken) => RunAsync([$"CREATE DATABASE {name}"], cancellationToken);

    /// <summary>The server copies no database that has sessions: those that a pool keeps idle are ended first.</summary>
    public Task CopyAsync(string template, string name, CancellationToken cancellationToken)
    {
        ForgetPool(ConnectionStringOf(template));
        return RunAsync(
            [
                $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}' AND state = 'idle'",
                $"CREATE DATABASE {name} TEMPLATE {template}",
            ],
            cancellationToken);
    }

    public Task DropAsync(string name)
    {
        ForgetPool(ConnectionStringOf(name));
        return RunAsync([$"DROP DATABASE IF EXISTS {name} WITH (FORCE)"], CancellationToken.None);
    }

    /// <summary>A statement about a database cannot share a transaction with others, nor then a batch.</summary>
    private async Task RunAsync(string[] statements, CancellationToken cancellationToken)
    {
        using var connection = new NpgsqlConnection(_unpooled);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var statement in statements)
        {
            using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Each connection string has a pool in the driver, which would keep the sockets of a database that is gone.</summary>
    private static void ForgetPool(string text)
    {
        using var connection = new NpgsqlConnection(text);
        NpgsqlConnection.ClearPool(connection);
    }
}

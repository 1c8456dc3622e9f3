using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>One PostgreSQL for all tests of the project. Each test has its own database.</summary>
public static class Server
{
    private static readonly Lazy<Task<PostgresServer>> Started = new(() => PostgresServer.StartAsync(new PostgresServerOptions { MaxServerConnections = 300, UnixSocket = !OperatingSystem.IsWindows() }));
    private static int _databases;

    /// <summary>Makes an empty database, in which alone the test counts backends. The result is its connection string.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var server = await Started.Value;
        var name = $"actorpool_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await using var admin = new NpgsqlConnection(Plain(server.ConnectionString));
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", admin);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>The same database through the server's Unix socket; null for a server given from outside.</summary>
    public static async Task<string?> ThroughUnixSocketAsync(string connectionString) =>
        (await Started.Value).UnixSocketConnectionString is { } text
            ? new NpgsqlConnectionStringBuilder(text) { Database = new NpgsqlConnectionStringBuilder(connectionString).Database }.ConnectionString
            : null;

    private static string Plain(string text) => new NpgsqlConnectionStringBuilder(text) { Pooling = false }.ConnectionString;
}

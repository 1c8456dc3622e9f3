using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>One PostgreSQL for all tests of the project. Each test has its own database.</summary>
public static class Server
{
    private static readonly Lazy<Task<PostgresServer>> Started = new(() => PostgresServer.StartAsync(new PostgresServerOptions { MaxServerConnections = 300, UnixSocket = !OperatingSystem.IsWindows() }));
    private static readonly Lazy<Task<TestDatabases>> Databases = new(async () => await TestDatabases.OnAsync((await Started.Value).ConnectionString));

    /// <summary>An empty database, in which alone the test counts backends. The result is its connection string.</summary>
    public static async Task<string> TakeDatabaseAsync() =>
        new NpgsqlConnectionStringBuilder((await Started.Value).ConnectionString) { Database = await (await Databases.Value).TakeAsync() }.ConnectionString;

    /// <summary>Gives a database back at the end of its test.</summary>
    public static async Task ReturnDatabaseAsync(string connectionString) =>
        (await Databases.Value).Return(new NpgsqlConnectionStringBuilder(connectionString).Database!);

    /// <summary>The same database through the server's Unix socket; null for a server given from outside.</summary>
    public static async Task<string?> ThroughUnixSocketAsync(string connectionString) =>
        (await Started.Value).UnixSocketConnectionString is { } text
            ? new NpgsqlConnectionStringBuilder(text) { Database = new NpgsqlConnectionStringBuilder(connectionString).Database }.ConnectionString
            : null;
}

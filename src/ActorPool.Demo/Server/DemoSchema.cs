using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Demo.Server;

/// <summary>
/// The schema of the demo in a database that may be in use: created at the start, and dropped at the end in all cases. Its name is unique to
/// this run, and so are the application names that identify the backends of this run at the server.
/// </summary>
internal sealed class DemoSchema : IAsyncDisposable
{
    /// <summary>The balance of every account at the start.</summary>
    public const int OpeningBalance = 1_000;

    /// <summary>The account that only the holder uses, so that no transfer waits for its row.</summary>
    public const int Vault = 0;

    /// <summary>The balance of the vault at the start.</summary>
    public const int VaultBalance = 1_000_000;

    /// <summary>All balances together, at any moment.</summary>
    public static long SumOf(int accounts) => VaultBalance + ((long)accounts * OpeningBalance);

    // A backend that hangs with a lock must not keep the demo from ending.
    private const string DropPatience = "5s";

    private readonly string _adminConnectionString;

    private DemoSchema(string connectionString)
    {
        Name = $"actorpool_demo_{Guid.NewGuid():N}"[..27];
        PoolConnectionString = Named(connectionString, Name);
        ObserverConnectionString = Named(connectionString, $"{Name}_observer");
        _adminConnectionString = Named(connectionString, $"{Name}_admin");
    }

    /// <summary>The schema, and the application name of the pool's backends.</summary>
    public string Name { get; }

    public string PoolConnectionString { get; }

    public string ObserverConnectionString { get; }

    public static async Task<DemoSchema> CreateAsync(string connectionString, int accounts, CancellationToken cancellationToken)
    {
        var schema = new DemoSchema(connectionString);
        try
        {
            await schema.CreateAsync(accounts, cancellationToken);
            return schema;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new PostgresUnavailableException(
                $"The demo cannot create its schema: {e.MessageText}. Grant this user CREATE on the database, or name another database.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync($"SET lock_timeout = '{DropPatience}'; DROP SCHEMA IF EXISTS {Name} CASCADE", CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            await Console.Error.WriteLineAsync($"The schema {Name} could not be dropped: {e.Message}");
        }
    }

    /// <summary>In one transaction, so that a cancelled start leaves nothing behind.</summary>
    private Task CreateAsync(int accounts, CancellationToken cancellationToken) =>
        ExecuteAsync(
            $"""
            BEGIN;
            CREATE SCHEMA {Name};
            CREATE TABLE account (id int PRIMARY KEY, opening bigint NOT NULL, balance bigint NOT NULL CHECK (balance >= 0));
            CREATE TABLE transfer (payer int NOT NULL, payee int NOT NULL, amount bigint NOT NULL);
            INSERT INTO account VALUES ({Vault}, {VaultBalance}, {VaultBalance});
            INSERT INTO account SELECT id, {OpeningBalance}, {OpeningBalance} FROM generate_series(1, {accounts}) AS id;
            COMMIT
            """,
            cancellationToken);

    private string Named(string connectionString, string applicationName) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = applicationName,
        SearchPath = Name,
        Pooling = false,
    }.ConnectionString;

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_adminConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

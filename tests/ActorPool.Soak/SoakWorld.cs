using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>The server, the network before it, and the pool behind that.</summary>
public sealed class SoakWorld : IAsyncDisposable
{
    /// <summary>The most that the pool may have, also while it is resized.</summary>
    public const int Most = 12;

    public const int Accounts = 20;
    public const int StartBalance = 1000;

    private const string Role = "soaker";
    private const string Database = "soak";

    private SoakWorld(PostgresServer server, FaultProxy network, ActorSystem system, ConnectionPool pool)
    {
        Server = server;
        Network = network;
        System = system;
        Pool = pool;
    }

    public PostgresServer Server { get; }

    public FaultProxy Network { get; }

    public ActorSystem System { get; }

    public ConnectionPool Pool { get; }

    /// <summary>How long a request may wait.</summary>
    public static TimeSpan AcquireTimeout { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Past the network, as superuser, into the pool's database.</summary>
    public string DirectConnectionString => Direct(Server, Database);

    public static async Task<SoakWorld> CreateAsync(int seed)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 40 });
        await PrepareAsync(server);
        var at = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        var network = FaultProxy.Before(at.Port);
        var system = ActorSystem.Create("soak", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var text = $"Host=127.0.0.1;Port={network.Port};Username={Role};Password=soak;Database={Database};SSL Mode=Disable;Application Name=soak;Command Timeout=10;Options=-c synchronous_commit=on";
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(text, 0, 10)
        {
            AcquireTimeout = AcquireTimeout,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            IdleTimeout = TimeSpan.FromSeconds(3),
            MaxLifetime = TimeSpan.FromSeconds(8),
            LifetimeJitter = 0.5,
            ValidateAfterIdle = TimeSpan.FromSeconds(2),
            MaxHoldTime = TimeSpan.FromSeconds(8),
            ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), 0.2),
            KeySharing = seed % 2 == 0 ? KeySharing.Shared : KeySharing.Exclusive,
            PrependReset = seed % 4 < 2,
            KeyMemory = 20,
        });
        // Not from the start on: it would fail when the first connection takes a busy machine a second.
        await pool.ResizeAsync(2, 10);
        return new SoakWorld(server, network, system, pool);
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await System.Terminate();
        await Network.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task PrepareAsync(PostgresServer server)
    {
        await ExecuteAsync(Direct(server, "postgres"),
            $"DROP DATABASE IF EXISTS {Database}", $"DROP ROLE IF EXISTS {Role}",
            $"CREATE ROLE {Role} LOGIN PASSWORD 'soak'", $"CREATE DATABASE {Database} OWNER {Role}");
        await ExecuteAsync(Direct(server, Database),
            "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)",
            $"INSERT INTO accounts SELECT id, {StartBalance} FROM generate_series(1, {Accounts}) AS id",
            $"ALTER TABLE accounts OWNER TO {Role}",
            "CREATE TABLE told (nonce bigint NOT NULL)",
            $"ALTER TABLE told OWNER TO {Role}");
    }

    private static async Task ExecuteAsync(string connectionString, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string Direct(PostgresServer server, string database) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database, Pooling = false, ApplicationName = "watcher", Timeout = 5 }.ConnectionString;
}

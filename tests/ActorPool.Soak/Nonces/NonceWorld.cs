using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak.Nonces;

/// <summary>A server with the table of the nonces, the network before it, and the pool that is told the statements.</summary>
internal sealed class NonceWorld : IAsyncDisposable
{
    public const string ApplicationName = "nonces";

    private const int Connections = 8;

    private static readonly int[] PreparedTexts = [20, 0, 5];

    private readonly PostgresServer _server;
    private readonly ActorSystem _system;

    private NonceWorld(PostgresServer server, FaultProxy network, ActorSystem system, ConnectionPool pool)
    {
        (_server, Network, _system, Pool) = (server, network, system, pool);
    }

    public FaultProxy Network { get; }

    public ConnectionPool Pool { get; }

    /// <param name="seed">Decides how much the driver prepares: nothing, fewer texts than there are, or all.</param>
    public static async Task<NonceWorld> CreateAsync(int seed)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 40 });
        // No key: what ran twice is there twice. The check lets an insert fail with its own nonce in the error.
        await ExecuteAsync(server.ConnectionString, "CREATE UNLOGGED TABLE nonces (nonce bigint NOT NULL CONSTRAINT positive CHECK (nonce > 0))");
        var network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
        var system = ActorSystem.Create("nonces", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = network.Port,
            SslMode = SslMode.Disable,
            ApplicationName = ApplicationName,
            MaxAutoPrepare = PreparedTexts[seed % PreparedTexts.Length],
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = true,
        };
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(text.ConnectionString, Connections, Connections)
        {
            ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), 0.2),
        });
        return new NonceWorld(server, network, system, pool);
    }

    /// <summary>A connection past the network and the pool.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await _system.Terminate();
        await Network.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

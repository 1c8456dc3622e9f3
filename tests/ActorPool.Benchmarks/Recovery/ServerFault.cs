using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Benchmarks.Recovery;

/// <summary>A fault of the server, or of the network before it.</summary>
/// <param name="Name">For the report.</param>
/// <param name="DoAsync">Complete when the fault is over.</param>
/// <param name="WhileIdle">All connections are idle when the fault comes; else callers use them.</param>
/// <param name="ThroughProxy">The pools connect through the proxy.</param>
internal sealed record ServerFault(string Name, Func<PostgresServer, FaultProxy, Task> DoAsync, bool WhileIdle = false, bool ThroughProxy = false)
{
    public static IReadOnlyList<ServerFault> All { get; } =
    [
        new("idle backends killed", (server, _) => KillAllAsync(server), WhileIdle: true),
        new("all backends killed", (server, _) => KillAllAsync(server)),
        new("server restarted (fast)", (server, _) => server.RestartAsync(PostgresStopMode.Fast)),
        new("10 s of black hole", (_, network) => BlackholeAsync(network), ThroughProxy: true),
    ];

    // All at the same moment; complete when the backends have ended.
    private static async Task KillAllAsync(PostgresServer server)
    {
        await using var view = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await view.OpenAsync();
        await using var kill = new NpgsqlCommand("SELECT array_agg(pid) FROM (SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' OFFSET 0) AS others WHERE pg_terminate_backend(pid)", view);
        var killed = await kill.ExecuteScalarAsync();
        await using var left = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1)", view) { Parameters = { new() { Value = killed } } };
        while ((long)(await left.ExecuteScalarAsync())! > 0)
        {
        }
    }

    private static async Task BlackholeAsync(FaultProxy network)
    {
        network.Mode = NetworkMode.Blackhole;
        await Task.Delay(TimeSpan.FromSeconds(10));
        network.Mode = NetworkMode.Pass;
    }
}

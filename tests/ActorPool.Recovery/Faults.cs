using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Recovery;

/// <summary>What happens to the server, by name; each returns when it is over.</summary>
internal sealed class Faults(PostgresServer server, FaultProxy network)
{
    public const string Blackhole = "10 s of black hole";

    public static readonly IReadOnlyList<string> Names = ["idle backends killed", "all backends killed", "server restarted (fast)", Blackhole];

    public Task DoAsync(string name) => name switch
    {
        "server restarted (fast)" => server.RestartAsync(PostgresStopMode.Fast),
        Blackhole => BlackholeAsync(),
        _ => KillAsync(),
    };

    /// <summary>Every backend but the one that says so, all at the same moment; complete when they are gone.</summary>
    public async Task KillAsync()
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

    private async Task BlackholeAsync()
    {
        network.Mode = NetworkMode.Blackhole;
        await Task.Delay(TimeSpan.FromSeconds(10));
        network.Mode = NetworkMode.Pass;
    }
}

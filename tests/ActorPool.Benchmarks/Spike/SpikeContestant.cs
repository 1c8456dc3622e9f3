using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Spike;

/// <summary>A pool that starts together with the actors that want it.</summary>
/// <param name="Name">As it is called in the report.</param>
/// <param name="StartAsync">Makes the pool, cold.</param>
internal sealed record SpikeContestant(string Name, Func<ActorSystem, string, Task<ISpikePool>> StartAsync)
{
    public const string Here = "actorpool, 8 connections";
    public const string Npgsql = "npgsql, 8 connections";

    public static IReadOnlyList<SpikeContestant> All { get; } =
    [
        new(Here, async (system, server) => new ActorPoolOfSpike(await ConnectionPool.StartAsync(system, new PoolSettings(server, 0, 8)))),
        new(Npgsql, (_, server) => NpgsqlAsync(server, 8)),
        new("npgsql, default size (100)", (_, server) => NpgsqlAsync(server, 100)),
    ];

    private static Task<ISpikePool> NpgsqlAsync(string server, int most)
    {
        var text = new NpgsqlConnectionStringBuilder(server) { MaxPoolSize = most };
        return Task.FromResult<ISpikePool>(new NpgsqlOfSpike(NpgsqlDataSource.Create(text)));
    }

    private sealed class ActorPoolOfSpike(ConnectionPool pool) : ISpikePool
    {
        public async Task QueryAsync()
        {
            await using var lease = await pool.GetConnAsync();
            await SelectAsync(lease.Npgsql);
        }

        public ValueTask DisposeAsync() => pool.DisposeAsync();
    }

    private sealed class NpgsqlOfSpike(NpgsqlDataSource source) : ISpikePool
    {
        public async Task QueryAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await SelectAsync(connection);
        }

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }

    private static async Task SelectAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync();
    }
}

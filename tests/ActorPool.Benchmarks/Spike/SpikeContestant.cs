using ActorPool.Benchmarks.Contestants;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Spike;

/// <summary>A pool that starts together with the actors that use it.</summary>
/// <param name="Name">As it is called in the report.</param>
/// <param name="StartAsync">Makes the pool, cold.</param>
internal sealed record SpikeContestant(string Name, Func<ActorSystem, string, Task<IContestant>> StartAsync)
{
    public const string Here = "actorpool, 8 connections";
    public const string Npgsql = "npgsql, 8 connections";

    public static IReadOnlyList<SpikeContestant> All { get; } =
    [
        new(Here, async (system, server) => new FacadePool(await ConnectionPool.StartAsync(system, new PoolSettings(server, 0, 8)))),
        new(Npgsql, (_, server) => NpgsqlAsync(server, 8)),
        new("npgsql, default size (100)", (_, server) => NpgsqlAsync(server, 100)),
    ];

    private static Task<IContestant> NpgsqlAsync(string server, int most) =>
        Task.FromResult<IContestant>(new NpgsqlPool(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { MaxPoolSize = most })));
}

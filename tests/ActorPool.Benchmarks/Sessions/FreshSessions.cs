using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;
using Npgsql;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>The driver's pool, which resets every session: each borrow sets up again. The reset goes with that round trip.</summary>
internal sealed class FreshSessions(NpgsqlDataSource source, ZipfKeys keys, Random[] randoms) : IContestant
{
    public const string Name = "npgsql";

    public static FreshSessions Open(ContestantSetup setup, ZipfKeys keys, Random[] randoms) =>
        new(NpgsqlDataSource.Create(setup.ConnectionString), keys, randoms);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        var key = keys.Draw(randoms[caller]);
        await using var connection = await source.OpenConnectionAsync();
        await SessionSetup.RunAsync(connection, key);
        await work.RunAsync(connection);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

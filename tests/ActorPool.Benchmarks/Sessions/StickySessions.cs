using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>This pool: a key finds its session again, and sets up only a new one. A session has one borrower at a time.</summary>
internal sealed class StickySessions(ConnectionPool pool, ZipfKeys keys, Random[] randoms) : IContestant
{
    public const string Name = "actorpool-sticky";

    public PoolStatistics Statistics => pool.Statistics;

    public static async Task<StickySessions> OpenAsync(ContestantSetup setup, ZipfKeys keys, Random[] randoms)
    {
        var settings = setup.PoolSettings with { KeyAffinity = KeyAffinity.Sticky, KeySharing = KeySharing.Exclusive, DiscardOnKeyChange = true, PrependReset = true };
        return new StickySessions(await ConnectionPool.StartAsync(setup.System, settings), keys, randoms);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        var key = keys.Draw(randoms[caller]);
        await using var lease = await pool.GetConnAsync(key);
        if (lease.IsNewSession)
            await SessionSetup.RunAsync(lease.Npgsql, key);
        await work.RunAsync(lease.Npgsql);
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

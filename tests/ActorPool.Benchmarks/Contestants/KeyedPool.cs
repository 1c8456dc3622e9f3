using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>This pool through its facade, each caller with its own key.</summary>
internal sealed class KeyedPool(ConnectionPool pool, object[] keys) : IContestant
{
    public static async Task<IContestant> OpenAsync(ContestantSetup setup, Func<PoolSettings, PoolSettings> change) =>
        new KeyedPool(await ConnectionPool.StartAsync(setup.System, change(setup.PoolSettings)), setup.Keys());

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        await using var lease = await pool.GetConnAsync(keys[caller]);
        await work.RunAsync(lease.Npgsql);
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>This pool through its facade.</summary>
internal sealed class FacadePool(ConnectionPool pool) : IContestant
{
    public static async Task<IContestant> OpenAsync(ContestantSetup setup, Func<PoolSettings, PoolSettings> change) =>
        new FacadePool(await ConnectionPool.StartAsync(setup.System, change(setup.PoolSettings)));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        await using var lease = await pool.GetConnAsync();
        await work.RunAsync(lease.Npgsql);
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

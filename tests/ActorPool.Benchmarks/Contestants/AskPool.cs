using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Workloads;
using Akka.Actor;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>This pool by Ask; the lease is returned by its dispose.</summary>
internal sealed class AskPool(ConnectionPool pool) : IContestant
{
    public static async Task<IContestant> OpenAsync(ContestantSetup setup) =>
        new AskPool(await ConnectionPool.StartAsync(setup.System, setup.PoolSettings));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        await using var lease = await pool.Manager.Ask<PooledConnection>(new GetConn());
        await work.RunAsync(lease.Npgsql);
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

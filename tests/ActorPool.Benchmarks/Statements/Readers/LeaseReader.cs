using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Contestants;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>This pool: borrow, read, return.</summary>
internal sealed class LeaseReader(ConnectionPool pool) : IKeyReader
{
    public static async Task<IKeyReader> OpenAsync(ContestantSetup setup) =>
        new LeaseReader(await ConnectionPool.StartAsync(setup.System, setup.PoolSettings));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(int id, int caller)
    {
        await using var lease = await pool.GetConnAsync();
        return await KeyCommand.ReadAsync(lease.Npgsql, id);
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Workloads;
using Npgsql;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>The driver's own pool.</summary>
internal sealed class NpgsqlPool(NpgsqlDataSource source) : IContestant
{
    public static async Task<IContestant> OpenAsync(ContestantSetup setup, bool noReset)
    {
        var text = setup.ConnectionString;
        text.NoResetOnClose = noReset;
        var source = NpgsqlDataSource.Create(text);
        var all = await Task.WhenAll(Enumerable.Range(0, setup.Connections).Select(_ => source.OpenConnectionAsync().AsTask()));
        foreach (var connection in all)
            await connection.DisposeAsync();
        return new NpgsqlPool(source);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller)
    {
        await using var connection = await source.OpenConnectionAsync();
        await work.RunAsync(connection);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Workloads;
using Npgsql;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>No pool: each caller keeps its own connection.</summary>
internal sealed class BareConnections(NpgsqlConnection[] connections) : IContestant
{
    public static async Task<IContestant> OpenAsync(ContestantSetup setup)
    {
        var text = setup.ConnectionString;
        text.Pooling = false;
        var connections = Enumerable.Range(0, setup.Callers).Select(_ => new NpgsqlConnection(text.ConnectionString)).ToArray();
        foreach (var connection in connections)
            await connection.OpenAsync();
        return new BareConnections(connections);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller) => await work.RunAsync(connections[caller]);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }
}

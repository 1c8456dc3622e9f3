using ActorPool.Benchmarks.Contestants;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>This pool, which is told the statement.</summary>
internal sealed class ToldReader(ConnectionPool pool) : IKeyReader
{
    /// <summary>At most this many connections run statements at once.</summary>
    public const int Connections = 4;

    public static async Task<IKeyReader> OpenAsync(ContestantSetup setup) => new ToldReader(await OpenPoolAsync(setup));

    public static Task<ConnectionPool> OpenPoolAsync(ContestantSetup setup) =>
        ConnectionPool.StartAsync(setup.System, setup.PoolSettings with { Pipeline = new PipelineSettings { Connections = Connections } });

    public ValueTask<int> ReadAsync(int id, int caller) => pool.ScalarAsync<int>($"SELECT value FROM bench_values WHERE id = {id}");

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}

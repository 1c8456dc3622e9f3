using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Contestants;
using Npgsql;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>The driver's own pool, without its reset.</summary>
internal sealed class NpgsqlReader(NpgsqlDataSource source) : IKeyReader
{
    public static async Task<IKeyReader> OpenAsync(ContestantSetup setup)
    {
        var text = setup.ConnectionString;
        text.NoResetOnClose = true;
        var source = NpgsqlDataSource.Create(text);
        var all = await Task.WhenAll(Enumerable.Range(0, setup.Connections).Select(_ => source.OpenConnectionAsync().AsTask()));
        foreach (var connection in all)
            await connection.DisposeAsync();
        return new NpgsqlReader(source);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(int id, int caller)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await KeyCommand.ReadAsync(connection, id);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

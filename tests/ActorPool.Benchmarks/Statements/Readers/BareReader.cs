using ActorPool.Benchmarks.Contestants;
using Npgsql;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>No pool: each caller keeps its own connection.</summary>
internal sealed class BareReader(NpgsqlConnection[] connections) : IKeyReader
{
    public static async Task<IKeyReader> OpenAsync(ContestantSetup setup)
    {
        var text = setup.ConnectionString;
        text.Pooling = false;
        var connections = Enumerable.Range(0, setup.Connections).Select(_ => new NpgsqlConnection(text.ConnectionString)).ToArray();
        foreach (var connection in connections)
            await connection.OpenAsync();
        return new BareReader(connections);
    }

    public ValueTask<int> ReadAsync(int id, int caller) => KeyCommand.ReadAsync(connections[caller], id);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }
}

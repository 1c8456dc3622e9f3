using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>One round trip. The statement is prepared each time, which costs no round trip once the backend knows it.</summary>
internal sealed class SelectOne : IWork
{
    public async ValueTask RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
    }
}

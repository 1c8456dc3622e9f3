using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>One round trip. It is prepared each time, which costs none when the backend knows the statement.</summary>
internal sealed class SelectOne : IWork
{
    public async ValueTask RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
    }
}

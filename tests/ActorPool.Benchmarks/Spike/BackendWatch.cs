using Npgsql;

namespace ActorPool.Benchmarks.Spike;

/// <summary>Counts the backends every few milliseconds, on a connection that is open from the start.</summary>
internal sealed class BackendWatch : IAsyncDisposable
{
    private const string Others = "SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);

    private readonly NpgsqlConnection _connection;

    private BackendWatch(NpgsqlConnection connection) => _connection = connection;

    public static async Task<BackendWatch> OpenAsync(string server)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return new BackendWatch(connection);
    }

    /// <summary>The peak until the task is over.</summary>
    public async Task<int> MostUntilAsync(Task end)
    {
        var most = 0;
        while (!end.IsCompleted)
        {
            most = Math.Max(most, await CountAsync());
            await Task.WhenAny(end, Task.Delay(Pause));
        }

        return Math.Max(most, await CountAsync());
    }

    /// <summary>Waits until the backends of the previous round are gone.</summary>
    public async Task UntilNoneAsync()
    {
        while (await CountAsync() > 0)
            await Task.Delay(Pause);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<int> CountAsync()
    {
        await using var command = new NpgsqlCommand(Others, _connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}

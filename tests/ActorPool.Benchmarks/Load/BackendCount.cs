using Npgsql;

namespace ActorPool.Benchmarks.Load;

/// <summary>Counts the backends of one contestant at the server, on a separate connection.</summary>
internal sealed class BackendCount : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    private BackendCount(NpgsqlConnection connection) => _connection = connection;

    public static async Task<BackendCount> OpenAsync(string server)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false, ApplicationName = "bench-observer" }.ConnectionString);
        await connection.OpenAsync();
        return new BackendCount(connection);
    }

    public async Task<int> OfAsync(string applicationName)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_stat_activity WHERE application_name = $1", _connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = applicationName });
            return (int)(await command.ExecuteScalarAsync())!;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _oneAtATime.Dispose();
    }
}

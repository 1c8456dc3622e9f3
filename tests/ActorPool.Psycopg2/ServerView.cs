using ActorPool.TestSupport;
using Npgsql;

namespace ActorPool.Psycopg2;

/// <summary>Shows the backends with one application name. One caller at a time.</summary>
public sealed class ServerView : IAsyncDisposable
{
    private readonly NpgsqlConnection _view;

    private ServerView(NpgsqlConnection view) => _view = view;

    public static async Task<ServerView> OpenAsync(string connectionString)
    {
        var view = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            ApplicationName = "actorpool_view",
        }.ConnectionString);
        await view.OpenAsync();
        return new ServerView(view);
    }

    public async Task<IReadOnlyList<BackendRow>> BackendsAsync(string application)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT a.pid, coalesce(a.state, ''), EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory')
            FROM pg_stat_activity a WHERE a.application_name = $1 AND a.backend_type = 'client backend'
            """,
            _view);
        command.Parameters.AddWithValue(application);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<BackendRow>();
        while (await reader.ReadAsync())
            rows.Add(new BackendRow(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2)));
        return rows;
    }

    /// <summary>Terminates a backend and waits until it is gone.</summary>
    public async Task TerminateAsync(int pid)
    {
        await ScalarAsync("SELECT pg_terminate_backend($1)", pid);
        await Until.TrueAsync(async () => !await ScalarAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", pid), $"backend {pid} has ended");
    }

    public ValueTask DisposeAsync() => _view.DisposeAsync();

    private async Task<bool> ScalarAsync(string sql, int pid)
    {
        await using var command = new NpgsqlCommand(sql, _view);
        command.Parameters.AddWithValue(pid);
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}

using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>What the server says of the backends in one database; seen from another database, so that the view is not in it.</summary>
public sealed class Backends : IAsyncDisposable
{
    private readonly NpgsqlConnection _view;
    private readonly string _database;

    private Backends(NpgsqlConnection view, string database)
    {
        _view = view;
        _database = database;
    }

    public static async Task<Backends> OfAsync(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        var database = text.Database!;
        text.Database = "postgres";
        text.Pooling = false;
        var view = new NpgsqlConnection(text.ConnectionString);
        await view.OpenAsync();
        return new Backends(view, database);
    }

    public Task<long> CountAsync(string condition = "true") => ScalarAsync<long>($"count(*) FROM pg_stat_activity WHERE datname = $1 AND ({condition})");

    public async Task<int> TerminateAsync(string condition = "true") =>
        (int)await ScalarAsync<long>($"count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND ({condition})");

    public async Task<int[]> PidsAsync(string condition = "true") =>
        await ScalarAsync<int[]>($"coalesce(array_agg(pid), '{{}}') FROM pg_stat_activity WHERE datname = $1 AND ({condition})");

    /// <summary>Waits until so many backends meet the condition; the last count when that does not come about in time.</summary>
    public async Task<long> WaitForAsync(long count, string condition = "true", TimeSpan? within = null)
    {
        var end = DateTime.UtcNow + (within ?? TimeSpan.FromSeconds(5));
        while (true)
        {
            var now = await CountAsync(condition);
            if (now == count || DateTime.UtcNow > end)
                return now;
            await Task.Delay(5);
        }
    }

    /// <summary>
    /// Looks all along while something runs; the most that were there at the same time. The server collects its view one by one, and a
    /// look may have one that has ended meanwhile beside its successor: those who are in two looks, one after the other, were there between them.
    /// </summary>
    public async Task<long> MostDuringAsync(Task work)
    {
        var (most, before) = (0, Array.Empty<int>());
        while (!work.IsCompleted)
        {
            var now = await PidsAsync();
            most = Math.Max(most, Math.Max(now.Intersect(before).Count(), Math.Min(now.Length, 1)));
            before = now;
        }

        await work;
        return most;
    }

    public ValueTask DisposeAsync() => _view.DisposeAsync();

    private async Task<T> ScalarAsync<T>(string selection)
    {
        await using var command = new NpgsqlCommand($"SELECT {selection}", _view);
        command.Parameters.AddWithValue(_database);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

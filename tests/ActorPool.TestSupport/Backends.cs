using Npgsql;

namespace ActorPool.TestSupport;

/// <summary>
/// The backends of one database or one application name, as the server shows them. The view is a connection to another database
/// under another name, so that it does not see itself. One caller at a time.
/// </summary>
public sealed class Backends : IAsyncDisposable
{
    // Less than the pool's default connect-timeout.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(12);

    private readonly NpgsqlConnection _view;
    private readonly string _column;
    private readonly string _value;

    private Backends(NpgsqlConnection view, string column, string value) => (_view, _column, _value) = (view, column, value);

    public static async Task<Backends> OfDatabaseAsync(string connectionString) =>
        new(await OpenViewAsync(connectionString), "datname", new NpgsqlConnectionStringBuilder(connectionString).Database!);

    public static async Task<Backends> OfApplicationAsync(string connectionString, string applicationName) =>
        new(await OpenViewAsync(connectionString), "application_name", applicationName);

    public Task<long> CountAsync(string condition = "true") => ScalarAsync<long>("count(*)", condition);

    public async Task<int> TerminateAsync(string condition = "true") => (int)await ScalarAsync<long>("count(pg_terminate_backend(pid))", condition);

    public Task<int[]> PidsAsync(string condition = "true") => ScalarAsync<int[]>("coalesce(array_agg(pid), '{}')", condition);

    /// <summary>Waits until so many backends meet the condition. The result is the last count, which is another one after the time-out.</summary>
    public async Task<long> WaitForAsync(long count, string condition = "true", TimeSpan? within = null)
    {
        var now = 0L;
        try
        {
            await Until.TrueAsync(async () => (now = await CountAsync(condition)) == count, $"{count} backends", within ?? Soon);
        }
        catch (TimeoutException)
        {
            // The caller compares the counts.
        }

        return now;
    }

    /// <summary>
    /// The peak of the number of backends while something runs. The server does not read its list at one moment: it may show a backend
    /// that has ended beside its successor. Backends in two consecutive looks existed at the same time between them.
    /// </summary>
    public async Task<long> MostDuringAsync(Task work)
    {
        var (most, before) = (0, Array.Empty<int>());
        do
        {
            var now = await PidsAsync();
            most = Math.Max(most, Math.Max(now.Intersect(before).Count(), Math.Min(now.Length, 1)));
            before = now;
        }
        while (!work.IsCompleted);

        await work;
        return most;
    }

    public ValueTask DisposeAsync() => _view.DisposeAsync();

    private static async Task<NpgsqlConnection> OpenViewAsync(string connectionString)
    {
        var view = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = "postgres", Pooling = false, ApplicationName = "actorpool_view",
        }.ConnectionString);
        await view.OpenAsync();
        return view;
    }

    private async Task<T> ScalarAsync<T>(string selection, string condition)
    {
        // The server's own workers, such as those of autovacuum, are not the pool's.
        await using var command = new NpgsqlCommand(
            $"SELECT {selection} FROM pg_stat_activity WHERE {_column} = $1 AND backend_type = 'client backend' AND ({condition})", _view);
        command.Parameters.AddWithValue(_value);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

using Npgsql;

namespace ActorPool.Demo.Server;

/// <summary>Observes the pool's backends over a separate connection.</summary>
internal sealed class Observer : IAsyncDisposable
{
    /// <summary>The condition on <c>pg_stat_activity</c>; its parameter is the pool's application name.</summary>
    public const string OfThePool = "application_name = $1 AND backend_type = 'client backend'";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private readonly NpgsqlConnection _connection;
    private readonly string _poolName;

    private Observer(NpgsqlConnection connection, string poolName)
    {
        _connection = connection;
        _poolName = poolName;
    }

    public static async Task<Observer> ConnectAsync(DemoSchema schema, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(schema.ObserverConnectionString);
        await connection.OpenAsync(cancellationToken);
        return new Observer(connection, schema.Name);
    }

    /// <summary>How many backends the pool has.</summary>
    public Task<long> CountAsync(CancellationToken cancellationToken) => CountAsync("true", cancellationToken);

    /// <summary>How many of them are in a transaction, active or idle.</summary>
    public Task<long> CountTransactionsAsync(CancellationToken cancellationToken) => CountAsync("xact_start IS NOT NULL", cancellationToken);

    /// <summary>Waits until the pool has no backend, for a limited time. Returns how many it has then.</summary>
    public async Task<long> CountLeftAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        await LookUntilAsync(async () => await CountAsync(cancellationToken), left => left == 0, patience, cancellationToken);

    /// <summary>The pool's backend with this pid; null when there is none.</summary>
    public async Task<Backend?> FindAsync(int pid, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT pid, backend_start, coalesce(state, 'unknown') FROM pg_stat_activity WHERE {OfThePool} AND pid = $2");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = pid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Backend(reader.GetInt32(0), reader.GetDateTime(1), reader.GetString(2))
            : null;
    }

    /// <summary>Waits until this backend has ended, for a limited time.</summary>
    public async Task<bool> IsGoneAsync(Backend backend, TimeSpan patience, CancellationToken cancellationToken) =>
        await LookUntilAsync(
            async () => (await FindAsync(backend.Pid, cancellationToken))?.Started != backend.Started,
            gone => gone,
            patience,
            cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<T> LookUntilAsync<T>(Func<Task<T>> look, Func<T, bool> enough, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var seen = await look();
            if (enough(seen) || TimeProvider.System.GetElapsedTime(start) > patience)
                return seen;

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<long> CountAsync(string condition, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT count(*) FROM pg_stat_activity WHERE {OfThePool} AND {condition}");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _poolName });
        return command;
    }
}

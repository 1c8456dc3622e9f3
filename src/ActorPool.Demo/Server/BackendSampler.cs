using Npgsql;

namespace ActorPool.Demo.Server;

/// <summary>
/// Counts the pool's backends at the server a hundred times a second, from before the pool starts until after it has ended.
/// It has its own thread and connection, so that the observed application cannot delay it.
/// </summary>
internal sealed class BackendSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _count;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _sampling;
    private Sampling _seen = new(Count: 0, Now: 0, Highest: 0, LongestGap: TimeSpan.Zero, Error: null);

    private BackendSampler(NpgsqlConnection connection, NpgsqlCommand count)
    {
        _connection = connection;
        _count = count;
        _sampling = Task.Factory.StartNew(Sample, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The samples so far.</summary>
    public Sampling Seen => Volatile.Read(ref _seen);

    public static async Task<BackendSampler> StartAsync(DemoSchema schema, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(schema.ObserverConnectionString);
        await connection.OpenAsync(cancellationToken);
        var count = new NpgsqlCommand($"SELECT count(*)::int FROM pg_stat_activity WHERE {Observer.OfThePool}", connection);
        count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema.Name });
        await count.PrepareAsync(cancellationToken);
        return new BackendSampler(connection, count);
    }

    /// <summary>Takes a last sample and ends.</summary>
    public async Task<Sampling> EndAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        return Seen;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _count.DisposeAsync();
        await _connection.DisposeAsync();
        _end.Dispose();
    }

    private void Sample()
    {
        try
        {
            TakeSample(TimeSpan.Zero);
            for (var ended = false; !ended;)
            {
                var last = TimeProvider.System.GetTimestamp();
                ended = _end.Token.WaitHandle.WaitOne(Interval);
                TakeSample(TimeProvider.System.GetElapsedTime(last));
            }
        }
        catch (NpgsqlException e)
        {
            Volatile.Write(ref _seen, Seen with { Error = e.Message });
        }
    }

    private void TakeSample(TimeSpan gap) => Volatile.Write(ref _seen, Seen.With((int)_count.ExecuteScalar()!, gap));
}

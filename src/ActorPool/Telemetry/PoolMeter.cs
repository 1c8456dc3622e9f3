using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorPool.Telemetry;

/// <summary>
/// The instruments of all pools, with the names, units and descriptions of the OpenTelemetry conventions for databases; those that the conventions do not
/// have begin with the pool's own name.
/// Sizes and counters are read from the live pools when a listener collects; times are recorded by <see cref="PoolMetrics"/>.
/// </summary>
internal static class PoolMeter
{
    public const string PoolName = $"{Prefix}pool.name";

    private const string Prefix = "db.client.connection.";
    private const string State = $"{Prefix}state";
    private const string Connections = "{connection}";
    private const string Statement = "{statement}";

    private static readonly ConcurrentDictionary<PoolMetrics, LivePool> Live = new();

    // The boundaries that the conventions recommend for db.client.operation.duration, the only database histogram with recommended ones.
    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] };

    // A batch is one round trip: a size of one shares it with no other statement.
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private static readonly Meter Meter = CreateWithSizes();

    public static readonly Histogram<double>? CreateTime = Time("create_time", "The time it took to create a new connection.");

    public static readonly Histogram<double>? WaitTime = Time("wait_time", "The time it took to obtain an open connection from the pool.");

    public static readonly Histogram<double>? UseTime = Time("use_time", "The time between borrowing a connection and returning it to the pool.");

    public static readonly Histogram<double>? OperationDuration =
        Listeners.Publish(() => Meter.CreateHistogram("db.client.operation.duration", "s", "Duration of database client operations.", tags: null, Buckets));

    public static readonly Histogram<int>? BatchSize =
        Listeners.Publish(() => Meter.CreateHistogram("actorpool.batch.size", Statement, "The number of statements that a connection ran in one round trip.", tags: null, Sizes));

    /// <summary>From now on the pool is reported.</summary>
    /// <param name="pool">Its name and times.</param>
    /// <param name="settings">For the limits that are not in its statistics.</param>
    /// <param name="read">Its present numbers. Called on the thread that collects.</param>
    public static void Add(PoolMetrics pool, PoolSettings settings, Func<PoolStatistics> read) => Live.TryAdd(pool, new LivePool(settings, read));

    /// <summary>The pool is no longer reported. Without effect when it was not.</summary>
    public static void Remove(PoolMetrics pool) => Live.TryRemove(pool, out _);

    private static Histogram<double>? Time(string name, string description) =>
        Listeners.Publish(() => Meter.CreateHistogram($"{Prefix}{name}", "s", description, tags: null, Buckets));

    private static Meter CreateWithSizes()
    {
        var meter = new Meter(ConnectionPoolTelemetry.MeterName, typeof(PoolMeter).Assembly.GetName().Version?.ToString(3));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter($"{Prefix}count", Counts, Connections, "The number of connections that are currently in state described by the `state` attribute."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter($"{Prefix}idle.max", () => Each(MaxIdle), Connections, "The maximum number of idle open connections allowed."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter($"{Prefix}idle.min", () => Each((_, pool) => pool.Min), Connections, "The minimum number of idle open connections allowed."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter($"{Prefix}max", () => Each((_, pool) => pool.Max), Connections, "The maximum number of open connections allowed."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter($"{Prefix}pending_requests", () => Each((_, pool) => pool.Waiting), "{request}", "The number of current pending requests for an open connection."));
        Listeners.Publish(() => meter.CreateObservableCounter($"{Prefix}timeouts", () => Each((_, pool) => pool.TimedOut), "{timeout}", "The number of connection timeouts that have occurred trying to obtain a connection from the pool."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter("actorpool.statement.waiting", () => Each((_, pool) => pool.StatementsWaiting), Statement, "The number of statements that wait to be sent."));
        Listeners.Publish(() => meter.CreateObservableUpDownCounter("actorpool.statement.running", () => Each((_, pool) => pool.StatementsRunning), Statement, "The number of statements that were sent and are not answered."));
        return meter;
    }

    private static IEnumerable<Measurement<long>> Counts()
    {
        foreach (var (metrics, live) in Live)
        {
            var pool = live.Read();
            yield return new Measurement<long>(pool.Idle, metrics.Pool, new(State, "idle"));
            yield return new Measurement<long>(pool.Open - pool.Idle, metrics.Pool, new(State, "used"));
        }
    }

    private static IEnumerable<Measurement<long>> Each(Func<PoolSettings, PoolStatistics, long> read)
    {
        foreach (var (metrics, live) in Live)
            yield return new Measurement<long>(read(live.Settings, live.Read()), metrics.Pool);
    }

    // With idle-timeout = 0s connections beyond the minimum are closed on return.
    private static long MaxIdle(PoolSettings settings, PoolStatistics pool) => settings.IdleTimeout == TimeSpan.Zero ? pool.Min : pool.Max;

    private sealed record LivePool(PoolSettings Settings, Func<PoolStatistics> Read);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The measurements of one pool. Tests run side by side, and all pools share the meter.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)> _times = new();
    private readonly string _pool;
    private Dictionary<string, long>? _sizes;

    /// <param name="pool">The name of the pool.</param>
    /// <param name="onTime">Runs in the listener's callback for a time.</param>
    public Measurements(string pool, Action<string>? onTime = null)
    {
        _pool = pool;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ConnectionPoolTelemetry.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (Value(tags, "db.client.connection.pool.name") != _pool)
                return;
            _times.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
            onTime?.Invoke(instrument.Name);
        });
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
        {
            if (Value(tags, "db.client.connection.pool.name") != _pool)
                return;
            _times.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
            onTime?.Invoke(instrument.Name);
        });
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (Value(tags, "db.client.connection.pool.name") != _pool)
                return;
            var state = Value(tags, "db.client.connection.state");
            _sizes!.Add(state is null ? Short(instrument.Name) : $"{Short(instrument.Name)} {state}", value);
        });
        _listener.Start();
    }

    /// <summary>The values recorded so far by one of the histograms, such as <c>wait_time</c> or <c>actorpool.batch.size</c>.</summary>
    public IReadOnlyList<double> Times(string instrument) => [.. _times.Where(time => Short(time.Instrument) == instrument).Select(time => time.Value)];

    /// <summary>The attributes of the values recorded so far by one of the histograms.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> TagsOf(string instrument) => [.. _times.Where(time => Short(time.Instrument) == instrument).Select(time => time.Tags)];

    /// <summary>The values at this moment, such as <c>max</c> or <c>count idle</c>; empty when the pool is not reported.</summary>
    public IReadOnlyDictionary<string, long> Sizes()
    {
        _sizes = [];
        _listener.RecordObservableInstruments();
        return _sizes;
    }

    public void Dispose() => _listener.Dispose();

    private static string Short(string instrument) => instrument.Replace("db.client.connection.", "", StringComparison.Ordinal);

    private static string? Value(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
                return value as string;
        }

        return null;
    }
}

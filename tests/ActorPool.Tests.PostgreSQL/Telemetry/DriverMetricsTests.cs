using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The metrics of Npgsql beside those of the pool.</summary>
public sealed class DriverMetricsTests : TelemetryTest
{
    private const string PoolName = "db.client.connection.pool.name";

    [Fact]
    public async Task The_driver_reports_the_pool_by_its_short_name()
    {
        var names = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, measure) =>
        {
            if (instrument.Meter.Name == "Npgsql" && instrument.Name == "db.client.connection.count")
                measure.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == PoolName)
                    names.TryAdd((string)tag.Value!, true);
            }
        });
        listener.Start();
        await StartNamedAsync(1, 1);

        listener.RecordObservableInstruments();

        Assert.Contains(Pool, names.Keys);
    }

    [Fact]
    public async Task Each_metric_of_connections_comes_once_with_the_documented_view()
    {
        var seen = new Collected();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter("Npgsql")
            .AddMeter(ConnectionPoolTelemetry.MeterName)
            // As in the README.
            .AddView(instrument => instrument.Meter.Name == "Npgsql" && instrument.Name.StartsWith("db.client.connection.", StringComparison.Ordinal)
                ? MetricStreamConfiguration.Drop : null)
            .AddReader(new BaseExportingMetricReader(seen))
            .Build();
        var pool = await StartNamedAsync(1, 1);
        await using (var lease = await pool.GetConnAsync())
            await ExecuteAsync(lease, "SELECT 1");

        provider.ForceFlush();

        Assert.Contains(seen.Metrics, metric => metric is ("Npgsql", "db.client.operation.duration"));
        Assert.Contains(seen.Metrics, metric => metric is ("ActorPool", "db.client.connection.count"));
        Assert.DoesNotContain(seen.Metrics, metric => metric.Meter == "Npgsql" && metric.Name.StartsWith("db.client.connection.", StringComparison.Ordinal));
    }

    private sealed class Collected : BaseExporter<Metric>
    {
        public List<(string Meter, string Name)> Metrics { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                Metrics.Add((metric.MeterName, metric.Name));
            return ExportResult.Success;
        }
    }
}

using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using ActorPool.Tests.Libraries.Support;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ActorPool.Tests.Libraries;

/// <summary>The instruments of Npgsql beside those of the pool: its spans of commands, its times, and no connection counted twice.</summary>
public sealed class OpenTelemetryTests : LibraryTest
{
    private readonly string _name = $"observed{Guid.NewGuid():N}";

    [Fact]
    public async Task A_span_of_a_command_is_beside_the_span_of_its_wait()
    {
        MayWait = true;
        using var source = new ActivitySource(_name);
        var spans = new ConcurrentSpans();
        using var tracing = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .AddNpgsql()
            .AddSource(ConnectionPoolTelemetry.ActivitySourceName)
            .AddInMemoryExporter(spans)
            .Build();

        ActivityTraceId trace;
        using (var request = source.StartActivity("request")!)
        {
            trace = request.TraceId;
            await WaitForAConnectionAsync();
        }

        // The span of a wait may end after the borrower has its connection.
        await EventuallyAsync(() => spans.Of(trace).Count == 3, "the request, its wait and its command have ended");
        var own = spans.Of(trace);
        var root = own.Single(span => span.Source.Name == source.Name);
        var wait = own.Single(span => span.Source.Name == ConnectionPoolTelemetry.ActivitySourceName);
        var command = own.Single(span => span.Source.Name == "Npgsql");
        Assert.Equal(root.SpanId, wait.ParentSpanId);
        Assert.Equal(root.SpanId, command.ParentSpanId);
        Assert.Equal("SELECT 42", command.GetTagItem("db.query.text"));
        Assert.True(wait.StartTimeUtc <= command.StartTimeUtc);
    }

    [Fact]
    public async Task Both_meters_report_and_the_documented_view_drops_what_comes_twice()
    {
        var metrics = new List<Metric>();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddNpgsqlInstrumentation()
            .AddMeter(ConnectionPoolTelemetry.MeterName)
            // As in the README.
            .AddView(instrument => instrument.Meter.Name == "Npgsql" && instrument.Name.StartsWith("db.client.connection.", StringComparison.Ordinal)
                ? MetricStreamConfiguration.Drop : null)
            .AddInMemoryExporter(metrics)
            .Build();
        await ExecuteAsync("SELECT 42");

        provider.ForceFlush();

        Assert.True(HasPoint("Npgsql", "db.client.operation.duration"));
        Assert.True(HasPoint(ConnectionPoolTelemetry.MeterName, "db.client.connection.count"));
        Assert.True(HasPoint(ConnectionPoolTelemetry.MeterName, "db.client.connection.use_time"));
        Assert.DoesNotContain(metrics, metric => metric.MeterName == "Npgsql" && metric.Name.StartsWith("db.client.connection.", StringComparison.Ordinal));

        bool HasPoint(string meter, string name)
        {
            foreach (var metric in metrics.Where(metric => metric.MeterName == meter && metric.Name == name))
            {
                foreach (var point in metric.GetMetricPoints())
                {
                    foreach (var tag in point.Tags)
                    {
                        if (tag is { Key: "db.client.connection.pool.name", Value: string pool } && pool == _name)
                            return true;
                    }
                }
            }

            return false;
        }
    }

    protected override PoolSettings Configure(PoolSettings settings) => base.Configure(settings) with { Name = _name };

    private async Task WaitForAConnectionAsync()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Pool.GetConnAsync().AsTask()));
        var work = ExecuteAsync("SELECT 42");
        await EventuallyAsync(() => Pool.Statistics.Waiting == 1, "a request waits");
        foreach (var lease in all)
            await lease.DisposeAsync();
        await work;
    }

    /// <summary>The tests that run at the same time have spans, too: the exporter adds them here.</summary>
    private sealed class ConcurrentSpans : ICollection<Activity>
    {
        private readonly ConcurrentQueue<Activity> _spans = new();

        public int Count => _spans.Count;

        public bool IsReadOnly => false;

        public List<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

        public void Add(Activity item) => _spans.Enqueue(item);

        public void Clear() => _spans.Clear();

        public bool Contains(Activity item) => _spans.Contains(item);

        public void CopyTo(Activity[] array, int arrayIndex) => _spans.CopyTo(array, arrayIndex);

        public bool Remove(Activity item) => throw new NotSupportedException();

        public IEnumerator<Activity> GetEnumerator() => _spans.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

using System.Diagnostics.Metrics;
using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

/// <summary>The instruments as the OpenTelemetry conventions for databases have them, and those that the conventions do not have.</summary>
public sealed class PoolMeterTests
{
    [Theory]
    [InlineData("db.client.connection.count", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("db.client.connection.idle.max", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("db.client.connection.idle.min", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("db.client.connection.max", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("db.client.connection.pending_requests", typeof(ObservableUpDownCounter<long>), "{request}")]
    [InlineData("db.client.connection.timeouts", typeof(ObservableCounter<long>), "{timeout}")]
    [InlineData("db.client.connection.create_time", typeof(Histogram<double>), "s")]
    [InlineData("db.client.connection.wait_time", typeof(Histogram<double>), "s")]
    [InlineData("db.client.connection.use_time", typeof(Histogram<double>), "s")]
    [InlineData("db.client.operation.duration", typeof(Histogram<double>), "s")]
    [InlineData("actorpool.batch.size", typeof(Histogram<int>), "{statement}")]
    [InlineData("actorpool.statement.waiting", typeof(ObservableUpDownCounter<long>), "{statement}")]
    [InlineData("actorpool.statement.running", typeof(ObservableUpDownCounter<long>), "{statement}")]
    public void An_instrument_has_the_kind_and_unit_of_the_conventions(string name, Type kind, string unit)
    {
        var instrument = Assert.Single(Instruments(), instrument => instrument.Name == name);

        Assert.IsType(kind, instrument);
        Assert.Equal(unit, instrument.Unit);
        Assert.False(string.IsNullOrEmpty(instrument.Description));
    }

    [Fact]
    public void The_meter_has_thirteen_instruments()
    {
        Assert.Equal(13, Instruments().Count);
    }

    [Fact]
    public void Times_have_buckets_for_seconds()
    {
        Assert.All([PoolMeter.CreateTime, PoolMeter.WaitTime, PoolMeter.UseTime, PoolMeter.OperationDuration], histogram => Assert.Equal(0.001, histogram!.Advice!.HistogramBucketBoundaries![0]));
    }

    [Fact]
    public void Nothing_is_observed_without_a_listener()
    {
        Assert.False(PoolMetrics.MeasuresUse);
        Assert.Null(ObservedWait.Begin());
        var metrics = new PoolMetrics("orders", "");
        Assert.Null(ObservedStatement.OfCall(metrics, [Statement.Of("SELECT 1")]));
        Assert.Null(ObservedStatement.OfMessage(metrics, [Statement.Of("SELECT 1")]));
    }

    private static List<Instrument> Instruments()
    {
        Assert.NotNull(PoolMeter.WaitTime);
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        // Only looked at: to listen would be noticed by the other tests.
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == ConnectionPoolTelemetry.MeterName)
                found.Add(instrument);
        };
        listener.Start();
        return found;
    }
}

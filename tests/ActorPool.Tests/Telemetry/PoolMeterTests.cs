using System.Diagnostics.Metrics;
using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

/// <summary>The instruments as the OpenTelemetry conventions for database connection pools have them.</summary>
public sealed class PoolMeterTests
{
    [Theory]
    [InlineData("count", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("idle.max", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("idle.min", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("max", typeof(ObservableUpDownCounter<long>), "{connection}")]
    [InlineData("pending_requests", typeof(ObservableUpDownCounter<long>), "{request}")]
    [InlineData("timeouts", typeof(ObservableCounter<long>), "{timeout}")]
    [InlineData("create_time", typeof(Histogram<double>), "s")]
    [InlineData("wait_time", typeof(Histogram<double>), "s")]
    [InlineData("use_time", typeof(Histogram<double>), "s")]
    public void An_instrument_has_the_kind_and_unit_of_the_conventions(string name, Type kind, string unit)
    {
        var instrument = Assert.Single(Instruments(), instrument => instrument.Name == $"db.client.connection.{name}");

        Assert.IsType(kind, instrument);
        Assert.Equal(unit, instrument.Unit);
        Assert.False(string.IsNullOrEmpty(instrument.Description));
    }

    [Fact]
    public void The_meter_has_nine_instruments()
    {
        Assert.Equal(9, Instruments().Count);
    }

    [Fact]
    public void Times_have_buckets_for_seconds()
    {
        Assert.All([PoolMeter.CreateTime, PoolMeter.WaitTime, PoolMeter.UseTime], histogram => Assert.Equal(0.001, histogram!.Advice!.HistogramBucketBoundaries![0]));
    }

    [Fact]
    public void Nothing_is_observed_without_a_listener()
    {
        Assert.False(PoolMetrics.MeasuresUse);
        Assert.Null(ObservedWait.Begin());
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

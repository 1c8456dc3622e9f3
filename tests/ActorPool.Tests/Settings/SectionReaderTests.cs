using System.Globalization;
using Akka.Configuration;

namespace ActorPool.Tests.Settings;

/// <summary>Values in the forms that HOCON allows.</summary>
public sealed class SectionReaderTests
{
    [Theory]
    [InlineData("15s", 15000)]
    [InlineData("15 s", 15000)]
    [InlineData("\"15s\"", 15000)]
    [InlineData("1.5s", 1500)]
    [InlineData("250ms", 250)]
    [InlineData("250", 250)]
    [InlineData("2m", 120000)]
    [InlineData("2 minutes", 120000)]
    [InlineData("1h", 3600000)]
    [InlineData("1d", 86400000)]
    [InlineData("500us", 0.5)]
    public void Durations_have_units_and_are_milliseconds_without(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read($"connect-timeout = {text}").ConnectTimeout);

    [Fact]
    public void The_word_infinite_is_read_where_no_limit_makes_sense()
    {
        var settings = Read("acquire-timeout = infinite, idle-timeout = infinite, max-lifetime = infinite, validate-after-idle = infinite");

        Assert.Equal(Timeout.InfiniteTimeSpan, settings.AcquireTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.IdleTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.MaxLifetime);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.ValidateAfterIdle);
    }

    [Fact]
    public void The_word_off_is_null_where_a_time_can_be_left_out()
    {
        Assert.Null(Read("max-hold-time = off").MaxHoldTime);
        Assert.Null(Read("leak-warning-after = off").LeakWarningAfter);
        Assert.Equal(TimeSpan.FromMinutes(1), Read("max-hold-time = 1m").MaxHoldTime);
        Assert.Equal(TimeSpan.FromMinutes(1), Read("leak-warning-after = 1m").LeakWarningAfter);
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    public void Switches_have_three_pairs_of_words(string text, bool isOn)
    {
        Assert.Equal(isOn, Read($"keep-min = {text}").KeepMin);
        Assert.Equal(isOn, Read($"discard-on-key-change = {text}").DiscardOnKeyChange);
    }

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("5 %", 0.05)]
    [InlineData("\"12.5%\"", 0.125)]
    [InlineData("0.25", 0.25)]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("100%", 1)]
    public void Ratios_are_fractions_or_percentages(string text, double value)
    {
        Assert.Equal(value, Read($"lifetime-jitter = {text}").LifetimeJitter, 10);
        Assert.Equal(value, Read($"reconnect-backoff.jitter = {text}").ReconnectBackoff.Jitter, 10);
    }

    [Fact]
    public void Choices_are_written_with_hyphens()
    {
        var settings = Read("idle-order = fifo, key-affinity = while-held, key-sharing = exclusive, reset = discard-all");

        Assert.Equal((IdleOrder.Fifo, KeyAffinity.WhileHeld, KeySharing.Exclusive, ResetMode.DiscardAll), (settings.IdleOrder, settings.KeyAffinity, settings.KeySharing, settings.Reset));
    }

    [Fact]
    public void The_largest_numbers_are_taken()
    {
        var settings = Read("max-connections = 2147483647, max-waiting = 2147483647, key-memory = 2147483647, min-connections = 0, max-lifetime = 8000d");

        Assert.Equal(int.MaxValue, settings.MaxConnections);
        Assert.Equal(int.MaxValue, settings.MaxWaiting);
        Assert.Equal(int.MaxValue, settings.KeyMemory);
        Assert.Equal(TimeSpan.FromDays(8000), settings.MaxLifetime);
    }

    [Fact]
    public void A_part_of_the_backoff_keeps_the_defaults_of_the_rest() =>
        Assert.Equal(new ReconnectBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20), 0.2), Read("reconnect-backoff { max = 20s }").ReconnectBackoff);

    [Fact]
    public void A_foreign_culture_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" } };
            Assert.Equal(TimeSpan.FromMilliseconds(1500), Read("connect-timeout = 1.5s").ConnectTimeout);
            Assert.Equal(0.25, Read("lifetime-jitter = 0.25").LifetimeJitter);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_named_section_falls_back_to_the_common_one_and_then_to_the_defaults()
    {
        var system = ConfigurationFactory.ParseString("""
            akka.actor-pool {
              max-connections = 7
              reconnect-backoff.max = 20s
              pools.reports { min-connections = 3, reconnect-backoff.min = 1s }
              pools."with.dot" { min-connections = 4 }
            }
            """);
        var reports = PoolConfig.ForPool(system, "reports");

        Assert.Equal(("reports", 3, 7), (reports.Name, reports.MinConnections, reports.MaxConnections));
        Assert.Equal(new ReconnectBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), 0.2), reports.ReconnectBackoff);
        Assert.Equal(4, PoolConfig.ForPool(system, "with.dot").MinConnections);
        Assert.Equal((1, 7), (PoolConfig.ForPool(system, "other").MinConnections, PoolConfig.ForPool(system, "other").MaxConnections));
        Assert.Equal(PoolSettings.Create(Config.Empty), PoolConfig.ForPool(Config.Empty, "default"));
    }

    private static PoolSettings Read(string text) => PoolSettings.Create(ConfigurationFactory.ParseString(text));
}

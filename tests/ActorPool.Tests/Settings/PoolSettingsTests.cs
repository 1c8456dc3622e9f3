using System.Reflection;

namespace ActorPool.Tests.Settings;

/// <summary>Settings in code: a wrong value throws where it is written, a wrong pair where a pool is started.</summary>
public sealed class PoolSettingsTests
{
    private static readonly PoolSettings Good = new("Host=localhost", 1, 2);
    private static readonly TimeSpan TooLong = TimeSpan.FromDays(366 * 24);

    public static TheoryData<Func<PoolSettings>, string> Wrong() => new()
    {
        { () => Good with { MinConnections = -1 }, nameof(PoolSettings.MinConnections) },
        { () => Good with { MaxConnections = 0 }, nameof(PoolSettings.MaxConnections) },
        { () => Good with { MaxConnections = int.MinValue }, nameof(PoolSettings.MaxConnections) },
        { () => Good with { AcquireTimeout = TimeSpan.FromTicks(-2) }, nameof(PoolSettings.AcquireTimeout) },
        { () => Good with { AcquireTimeout = TimeSpan.MaxValue }, nameof(PoolSettings.AcquireTimeout) },
        { () => Good with { MaxWaiting = 0 }, nameof(PoolSettings.MaxWaiting) },
        { () => Good with { ConnectTimeout = TimeSpan.Zero }, nameof(PoolSettings.ConnectTimeout) },
        { () => Good with { ConnectTimeout = Timeout.InfiniteTimeSpan }, nameof(PoolSettings.ConnectTimeout) },
        { () => Good with { MaxConcurrentOpens = 0 }, nameof(PoolSettings.MaxConcurrentOpens) },
        { () => Good with { ReconnectBackoff = null! }, nameof(PoolSettings.ReconnectBackoff) },
        { () => Good with { ReconnectBackoff = new(TimeSpan.Zero, TimeSpan.FromSeconds(1), 0) }, nameof(PoolSettings.ReconnectBackoff) },
        { () => Good with { ReconnectBackoff = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), 0) }, nameof(PoolSettings.ReconnectBackoff) },
        { () => Good with { ReconnectBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1.1) }, nameof(PoolSettings.ReconnectBackoff) },
        { () => Good with { IdleOrder = (IdleOrder)7 }, nameof(PoolSettings.IdleOrder) },
        { () => Good with { IdleTimeout = TimeSpan.FromSeconds(-1) }, nameof(PoolSettings.IdleTimeout) },
        { () => Good with { MaxLifetime = TimeSpan.Zero }, nameof(PoolSettings.MaxLifetime) },
        { () => Good with { MaxLifetime = TooLong }, nameof(PoolSettings.MaxLifetime) },
        { () => Good with { LifetimeJitter = -0.01 }, nameof(PoolSettings.LifetimeJitter) },
        { () => Good with { LifetimeJitter = double.NaN }, nameof(PoolSettings.LifetimeJitter) },
        { () => Good with { KeyAffinity = (KeyAffinity)7 }, nameof(PoolSettings.KeyAffinity) },
        { () => Good with { KeySharing = (KeySharing)7 }, nameof(PoolSettings.KeySharing) },
        { () => Good with { AmbientTransactions = (AmbientTransactions)7 }, nameof(PoolSettings.AmbientTransactions) },
        { () => Good with { KeyMemory = -1 }, nameof(PoolSettings.KeyMemory) },
        { () => Good with { Reset = (ResetMode)7 }, nameof(PoolSettings.Reset) },
        { () => Good with { ValidateAfterIdle = TimeSpan.FromSeconds(-1) }, nameof(PoolSettings.ValidateAfterIdle) },
        { () => Good with { RetireOn = null! }, nameof(PoolSettings.RetireOn) },
        { () => Good with { RetireOn = ["57P01", null!] }, nameof(PoolSettings.RetireOn) },
        { () => Good with { RetireOn = ["57P0"] }, nameof(PoolSettings.RetireOn) },
        { () => Good with { RetireOn = ["57P0%"] }, nameof(PoolSettings.RetireOn) },
        { () => Good with { ValidateIdleEvery = TimeSpan.Zero }, nameof(PoolSettings.ValidateIdleEvery) },
        { () => Good with { ValidateTimeout = TimeSpan.Zero }, nameof(PoolSettings.ValidateTimeout) },
        { () => Good with { ValidateTimeout = Timeout.InfiniteTimeSpan }, nameof(PoolSettings.ValidateTimeout) },
        { () => Good with { Pipeline = null! }, nameof(PoolSettings.Pipeline) },
        { () => Good with { LeakWarningAfter = TimeSpan.Zero }, nameof(PoolSettings.LeakWarningAfter) },
        { () => Good with { LeakWarningAfter = Timeout.InfiniteTimeSpan }, nameof(PoolSettings.LeakWarningAfter) },
        { () => Good with { MaxHoldTime = TimeSpan.Zero }, nameof(PoolSettings.MaxHoldTime) },
        { () => Good with { CloseTimeout = TimeSpan.FromSeconds(-1) }, nameof(PoolSettings.CloseTimeout) },
        { () => Good with { CloseTimeout = Timeout.InfiniteTimeSpan }, nameof(PoolSettings.CloseTimeout) },
        { () => Good with { Name = null! }, nameof(PoolSettings.Name) },
        { () => Good with { Name = "" }, nameof(PoolSettings.Name) },
        { () => Good with { Name = "a/b" }, nameof(PoolSettings.Name) },
        { () => Good with { ConnectionString = null! }, nameof(PoolSettings.ConnectionString) },
        { () => Good with { ConnectionString = "no keyword" }, nameof(PoolSettings.ConnectionString) },
        { () => new PoolSettings(null!, 1, 2), nameof(PoolSettings.ConnectionString) },
        { () => new PoolSettings("", -1, 2), nameof(PoolSettings.MinConnections) },
        { () => new PoolSettings("", 0, 0), nameof(PoolSettings.MaxConnections) },
        { () => PoolSettings.Psycopg2("", -1, 2), nameof(PoolSettings.MinConnections) },
        { () => PoolSettings.Psycopg2("", 0, -2), nameof(PoolSettings.MaxConnections) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_throws_at_once_and_names_its_property(Func<PoolSettings> make, string property)
    {
        var error = Assert.ThrowsAny<ArgumentException>(make);

        Assert.Contains(property, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_property_that_can_be_wrong_is_in_the_list()
    {
        string[] anythingGoes = [nameof(PoolSettings.KeepMin), nameof(PoolSettings.DiscardOnKeyChange), nameof(PoolSettings.PrependReset), nameof(PoolSettings.SharedKeyWarning), nameof(PoolSettings.CollectWhenStarved), nameof(PoolSettings.DataSource), nameof(PoolSettings.ConfigureDataSource),
            nameof(PoolSettings.Configure), nameof(PoolSettings.InitializeSession), nameof(PoolSettings.OnReturn), nameof(PoolSettings.Check)];
        var properties = typeof(PoolSettings).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name).Except(anythingGoes);

        Assert.Empty(properties.Except(Wrong().Select(row => (string)row[1])));
    }

    [Fact]
    public void A_copy_can_pass_through_a_wrong_pair() =>
        Assert.Equal((5, 9), (new PoolSettings("", 5, 3) with { MaxConnections = 9 } is var s ? (s.MinConnections, s.MaxConnections) : default));

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        var settings = new PoolSettings("", 0, 1) with
        {
            AcquireTimeout = TimeSpan.Zero, IdleTimeout = TimeSpan.Zero, ValidateAfterIdle = TimeSpan.Zero, CloseTimeout = TimeSpan.Zero, KeyMemory = 0, LifetimeJitter = 1,
            MaxLifetime = TimeSpan.FromTicks(1), MaxHoldTime = TimeSpan.FromTicks(1), MaxConnections = int.MaxValue,
        };

        Assert.Equal(0, settings.MinConnections);
    }
}

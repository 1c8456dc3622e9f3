using ActorPool.Core.Slots;
using ActorPool.Driver;
using Npgsql;

namespace ActorPool.Tests.Driver;

/// <summary>The order in which the hosts of a pool are tried.</summary>
public sealed class HostListTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Hosts_are_tried_in_the_order_of_the_string()
    {
        var hosts = Of("Host=a,b:7,c");

        Assert.Equal("a:5432 b:7 c:5432", Order(hosts));
        Assert.Equal("a:5432 b:7 c:5432", Order(hosts));
    }

    [Fact]
    public void Each_open_begins_with_the_next_host_under_load_balancing()
    {
        var hosts = Of("Host=a,b,c;Port=7;Load Balance Hosts=true");

        Assert.Equal("a:7 b:7 c:7", Order(hosts));
        Assert.Equal("b:7 c:7 a:7", Order(hosts));
        Assert.Equal("c:7 a:7 b:7", Order(hosts));
        Assert.Equal("a:7 b:7 c:7", Order(hosts));
    }

    [Fact]
    public void A_failed_host_comes_last_until_it_is_rechecked_and_is_never_left_out()
    {
        var hosts = Of("Host=a,b,c;Host Recheck Seconds=3");
        hosts.Failed(hosts.All[0]);
        Assert.Equal("b:5432 c:5432 a:5432", Order(hosts));

        hosts.OfAnotherKind(hosts.All[1]);
        Assert.Equal("c:5432 b:5432 a:5432", Order(hosts));

        hosts.Failed(hosts.All[2]);
        Assert.Equal("b:5432 a:5432 c:5432", Order(hosts));

        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("a:5432 b:5432 c:5432", Order(hosts));
    }

    [Fact]
    public void A_host_that_serves_again_is_back_in_its_place()
    {
        var hosts = Of("Host=a,b");
        hosts.Failed(hosts.All[0]);

        hosts.Served(hosts.All[0]);

        Assert.Equal("a:5432 b:5432", Order(hosts));
    }

    [Fact]
    public void A_host_that_is_slow_to_answer_comes_last_for_an_open_beside_it()
    {
        var hosts = Of("Host=a,b");
        hosts.Trying(hosts.All[0]);
        Assert.Equal("a:5432 b:5432", Order(hosts));

        _time.Advance(Operations.SlowAfter / 2);

        Assert.Equal("b:5432 a:5432", Order(hosts));
        hosts.Served(hosts.All[0]);
        Assert.Equal("a:5432 b:5432", Order(hosts));
    }

    [Fact]
    public void A_host_whose_open_was_abandoned_is_tried_in_its_turn_again()
    {
        var hosts = Of("Host=a,b");
        hosts.Trying(hosts.All[0]);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("b:5432 a:5432", Order(hosts));

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("a:5432 b:5432", Order(hosts));
    }

    [Fact]
    public void Each_host_has_an_equal_turn_and_a_failed_one_a_second_while_another_may_serve()
    {
        var hosts = Of("Host=a,b,c");
        var whole = TimeSpan.FromSeconds(15);
        Assert.All(hosts.All, host => Assert.Equal(5, hosts.TurnOf(host, whole).TotalSeconds));

        hosts.Failed(hosts.All[0]);
        Assert.Equal([1, 5, 5], hosts.All.Select(host => hosts.TurnOf(host, whole).TotalSeconds));

        hosts.Failed(hosts.All[1]);
        hosts.Failed(hosts.All[2]);
        Assert.All(hosts.All, host => Assert.Equal(5, hosts.TurnOf(host, whole).TotalSeconds));
    }

    [Theory]
    [InlineData("Host=h", "h:5432", true)]
    [InlineData("Host=h:7", "h:7", true)]
    [InlineData("Host=[::1]:7,::1;Port=8", "[::1]:7 ::1:8", false)]
    [InlineData("Host=/run/postgresql;Port=7", "/run/postgresql:7", true)]
    [InlineData("Host=h;Target Session Attributes=any", "h:5432", true)]
    [InlineData("Host=h;Target Session Attributes=read-write", "h:5432", false)]
    public async Task Each_host_is_named_as_the_string_has_it(string text, string names, bool isPlain)
    {
        await using var source = NpgsqlSource.Create(new PoolSettings(text, 0, 1));

        Assert.Equal(names, string.Join(' ', source.Hosts.All.Select(host => host.Name)));
        Assert.Equal(isPlain, source.Hosts.IsPlain);
    }

    [Theory]
    [InlineData("read-write", true, false, false)]
    [InlineData("read-only", false, true, true)]
    [InlineData("primary", true, true, false)]
    [InlineData("prefer-primary", true, true, false)]
    [InlineData("standby", false, false, true)]
    [InlineData("prefer-standby", false, false, true)]
    public void Target_session_attributes_mean_what_they_mean_in_libpq(string wanted, bool readWrite, bool readOnly, bool standby)
    {
        var target = SessionTarget.Of(wanted)!;

        Assert.Equal((readWrite, readOnly, standby), (target.Fits(SessionKind.ReadWrite), target.Fits(SessionKind.ReadOnly), target.Fits(SessionKind.Standby)));
        Assert.Equal(wanted.StartsWith("prefer", StringComparison.Ordinal), target.IsPreference);
    }

    private static string Order(HostList hosts) => string.Join(' ', hosts.InOrder().Select(host => host.Name));

    private HostList Of(string text)
    {
        var whole = new NpgsqlConnectionStringBuilder(text);
        return new HostList([.. PoolSettingsText.Hosts(whole).Split(',').Select(name => new ServerHost(name, null!))], whole, _time);
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}

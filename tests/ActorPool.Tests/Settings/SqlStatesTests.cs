using Akka.Configuration;
using Npgsql;

namespace ActorPool.Tests.Settings;

/// <summary>The list of <c>retire-on</c>.</summary>
public sealed class SqlStatesTests
{
    [Theory]
    [InlineData("[\"57P01\", \"57p02\", 25006]", "57P01,57P02,25006")]
    [InlineData("[\"57\"]", "57")]
    [InlineData("[\"57P01\", \"57P01\"]", "57P01")]
    [InlineData("[]", "")]
    public void The_list_is_read_from_HOCON(string text, string states) =>
        Assert.Equal(states, string.Join(",", Read($"retire-on = {text}").RetireOn));

    [Fact]
    public void Settings_with_the_same_list_are_equal_and_show_it()
    {
        var one = new PoolSettings("Host=h", 1, 2) { RetireOn = ["57P01", "08"] };
        var other = new PoolSettings("Host=h", 1, 2) { RetireOn = new List<string> { "57p01", "08" } };

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, one with { RetireOn = [] });
        Assert.Contains("RetireOn = [57P01, 08]", one.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_is_changed_later_does_not_change_the_settings()
    {
        var list = new List<string> { "57P01" };
        var settings = new PoolSettings("Host=h", 1, 2) { RetireOn = list };

        list.Add("not a state");

        Assert.Equal(["57P01"], settings.RetireOn);
    }

    [Theory]
    [InlineData("57P01", true)]
    [InlineData("08006", true)]
    [InlineData("57014", false)]
    public void An_error_is_matched_also_inside_another_error(string state, bool matches)
    {
        var states = SqlStates.Of(["57P01", "08"], "retire-on");
        var error = new PostgresException("it", "ERROR", "ERROR", state);

        Assert.Equal(matches, states.Match(error));
        Assert.Equal(matches, states.Match(new InvalidOperationException("outer", error)));
        Assert.False(states.Match(new InvalidOperationException()));
    }

    private static PoolSettings Read(string text) => PoolSettings.Create(ConfigurationFactory.ParseString(text));
}

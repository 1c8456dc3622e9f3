using ActorPool.Demo;

namespace ActorPool.Tests.ThrowawayPostgres.Demo;

/// <summary>The command line of the demo.</summary>
public sealed class ArgumentsTests
{
    [Fact]
    public void No_argument_stands_for_the_defaults()
    {
        var parsed = Arguments.Parse([]);

        Assert.Equal((false, null, 10, 100), (parsed.Help, parsed.ConnectionString, parsed.Seconds, parsed.Accounts));
    }

    [Fact]
    public void A_value_may_follow_an_equals_sign()
    {
        Assert.Equal(5, Arguments.Parse(["--seconds=5"]).Seconds);
    }

    [Fact]
    public void Only_the_first_equals_sign_of_an_option_separates()
    {
        Assert.Equal(["--python", "/opt/a=b", "Host=db;Username=me"], CommandWords.Of(["--python=/opt/a=b", "Host=db;Username=me"]));
    }

    [Fact]
    public void The_error_of_a_missing_value_names_its_option()
    {
        var error = Assert.Throws<FormatException>(() => Arguments.Parse(["--seconds="]));

        Assert.Equal("--seconds needs a whole number from 1 to 3600.", error.Message);
    }

    [Fact]
    public void An_unknown_option_is_named_in_the_error()
    {
        var error = Assert.Throws<FormatException>(() => Arguments.Parse(["--bogus=secret"]));

        Assert.Equal("Unknown option '--bogus'.", error.Message);
    }
}

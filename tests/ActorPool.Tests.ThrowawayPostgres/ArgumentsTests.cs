using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>The command line of the program, and the rule that it shares with the others.</summary>
public sealed class ArgumentsTests
{
    [Fact]
    public void No_argument_stands_for_the_defaults()
    {
        var parsed = Arguments.Parse([]);

        Assert.False(parsed.Help);
        Assert.Equal(100, parsed.Options.MaxServerConnections);
    }

    [Fact]
    public void The_connection_limit_and_help_are_read()
    {
        var parsed = Arguments.Parse(["--max-connections", "25", "--help"]);

        Assert.True(parsed.Help);
        Assert.Equal(25, parsed.Options.MaxServerConnections);
    }

    [Fact]
    public void A_value_may_follow_an_equals_sign()
    {
        Assert.Equal(25, Arguments.Parse(["--max-connections=25"]).Options.MaxServerConnections);
    }

    [Fact]
    public void Only_the_first_equals_sign_of_an_option_separates()
    {
        Assert.Equal(["--python", "/opt/a=b", "Host=db;Username=me"], CommandWords.Of(["--python=/opt/a=b", "Host=db;Username=me"]));
    }

    [Fact]
    public void An_option_of_another_program_may_have_an_equals_sign()
    {
        Assert.Equal(5, Demo.Arguments.Parse(["--seconds=5"]).Seconds);
    }

    [Fact]
    public void The_error_of_a_missing_value_names_its_option()
    {
        var error = Assert.Throws<FormatException>(() => Demo.Arguments.Parse(["--seconds="]));

        Assert.Equal("--seconds needs a whole number from 1 to 3600.", error.Message);
    }

    [Theory]
    [InlineData("--max-connections")]
    [InlineData("--max-connections", "0")]
    [InlineData("--max-connections", "many")]
    [InlineData("guard")]
    [InlineData("--bogus")]
    public void An_unknown_argument_is_named_in_the_error(params string[] arguments)
    {
        var error = Assert.Throws<FormatException>(() => Arguments.Parse(arguments));

        Assert.Contains(arguments[^1], error.Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task The_program_refuses_an_unknown_argument_with_exit_code_2()
    {
        using var program = ParentProcess.Start(ParentProcess.ServerProgram, ["--bogus"]);

        var (exitCode, errors) = await program.EndAsync();

        Assert.Equal(2, exitCode);
        Assert.StartsWith("Unknown argument '--bogus'.", errors, StringComparison.Ordinal);
    }
}

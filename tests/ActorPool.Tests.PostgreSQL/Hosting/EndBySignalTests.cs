namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>An operator or an orchestrator ends the process.</summary>
public sealed class EndBySignalTests : EndOfApplicationTest
{
    [Theory]
    [InlineData("akka-last")]
    [InlineData("akka-first hook-on")]
    [InlineData("akka-last concurrently")]
    public Task A_host_that_gets_SIGTERM_answers_nothing_with_an_error(string variant) => EndsWellAsync(variant, app => app.SignalAsync("TERM"));

    [Theory]
    [InlineData("akka-first")]
    [InlineData("akka-last hook-on")]
    public Task A_host_that_gets_Ctrl_C_answers_nothing_with_an_error(string variant) => EndsWellAsync(variant, app => app.SignalAsync("INT"));

    [Fact]
    public async Task A_console_program_with_the_line_of_the_README_ends_at_SIGTERM()
    {
        using var program = await HostedApp.StartAsync(ConnectionString, "console");
        Assert.Equal(2, await Backends.CountAsync());
        await program.SignalAsync("TERM");

        Assert.Equal((0, ""), await program.EndAsync());
        Assert.Equal(0, await Backends.CountAsync());
    }
}

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>The program ends its host, or the actor system ends under it.</summary>
public sealed class EndByProgramTests : EndOfApplicationTest
{
    [Theory]
    [InlineData("own-stop akka-first")]
    [InlineData("own-stop akka-last concurrently hook-on")]
    public Task A_host_that_is_stopped_by_StopAsync_answers_nothing_with_an_error(string variant) => EndsWellAsync(variant, app => app.PressAsync("/stop"));

    [Theory]
    [InlineData("akka-first")]
    [InlineData("akka-last hook-on")]
    public Task A_host_whose_actor_system_terminates_first_answers_nothing_with_an_error(string variant) => EndsWellAsync(variant, app => app.PressAsync("/terminate"));
}

namespace ActorPool.Mutations;

/// <summary>The result of the tests on one mutation.</summary>
/// <param name="Mutation">The mutation.</param>
/// <param name="CaughtBy">The first test that failed, or another reason why the tests ended; null when all passed.</param>
/// <param name="Took">Building and testing.</param>
internal sealed record Outcome(Mutation Mutation, string? CaughtBy, TimeSpan Took)
{
    public bool Survived => CaughtBy is null;
}

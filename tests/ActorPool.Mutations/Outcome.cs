namespace ActorPool.Mutations;

/// <summary>What the tests said to a mutation.</summary>
/// <param name="Mutation">The mutation.</param>
/// <param name="CaughtBy">The first test that failed, or what else stopped the tests; null when all passed.</param>
/// <param name="Took">Building and testing.</param>
internal sealed record Outcome(Mutation Mutation, string? CaughtBy, TimeSpan Took)
{
    public bool Survived => CaughtBy is null;
}

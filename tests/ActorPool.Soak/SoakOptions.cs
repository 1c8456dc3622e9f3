namespace ActorPool.Soak;

/// <summary>The options of a run.</summary>
/// <param name="Seed">The same seed draws the same faults and the same work in the same order; threads still interleave freely.</param>
/// <param name="Duration">How long borrowers work and faults occur, at least: the run lasts until every fault has occurred. Start and end come on top.</param>
/// <param name="Borrowers">How many work at the same time.</param>
public sealed record SoakOptions(int Seed, TimeSpan Duration, int Borrowers = 200)
{
    /// <summary>The longest time between two faults.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(3);
}

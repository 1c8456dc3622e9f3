namespace ActorPool.Soak;

/// <summary>What a run is made of.</summary>
/// <param name="Seed">The same seed draws the same faults and the same work in the same order; threads still interleave as they like.</param>
/// <param name="Duration">How long borrowers work and faults happen; start and end come on top.</param>
/// <param name="Borrowers">How many work at the same time.</param>
public sealed record SoakOptions(int Seed, TimeSpan Duration, int Borrowers = 200);

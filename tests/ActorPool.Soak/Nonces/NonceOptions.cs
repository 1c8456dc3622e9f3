namespace ActorPool.Soak.Nonces;

/// <summary>The options of a run.</summary>
/// <param name="Seed">The same seed draws the same statements and faults; threads still interleave freely.</param>
/// <param name="Statements">How many calls are made.</param>
/// <param name="Callers">How many call at the same time.</param>
public sealed record NonceOptions(int Seed, int Statements, int Callers = 256)
{
    /// <summary>The longest time between two faults.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMilliseconds(500);
}

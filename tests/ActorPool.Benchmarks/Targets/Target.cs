using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Targets;

/// <summary>A target of the pool, and its measured value.</summary>
/// <param name="What">In words.</param>
/// <param name="Bound">The number.</param>
/// <param name="IsMost">It must not be exceeded; else it must be reached.</param>
/// <param name="Measured">Median and range over the rounds; the median decides.</param>
internal sealed record Target(string What, double Bound, bool IsMost, Spread Measured)
{
    public bool IsReached => IsMost ? Measured.Median <= Bound : Measured.Median >= Bound;
}

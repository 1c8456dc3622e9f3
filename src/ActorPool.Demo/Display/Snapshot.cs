using ActorPool.Demo.Server;

namespace ActorPool.Demo.Display;

/// <summary>The numbers at one moment.</summary>
internal sealed record Snapshot
{
    public required TimeSpan Elapsed { get; init; }

    public required TimeSpan Length { get; init; }

    public required bool IsRushHour { get; init; }

    public required PoolStatistics Pool { get; init; }

    public required long Transfers { get; init; }

    public required long Declined { get; init; }

    public required long SessionsKept { get; init; }

    public required long SessionsAnew { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>How many statements shared a round trip, on average.</summary>
    public double StatementsInBatch => (double)Pool.StatementsRun / Math.Max(1, Pool.Batches);
}

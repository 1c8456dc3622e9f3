using ActorPool.Core.Model;

namespace ActorPool.Errors;

/// <summary>
/// What stood between a refused request and a connection, as facts that last: who held what for how long. Noted by the driver
/// of the core, once for all requests that one step refuses; <see cref="ObstacleText"/> puts it into words where an error is read.
/// </summary>
internal sealed record Obstacle(Hindrance Hindrance, PoolSettings Settings)
{
    /// <summary>How long it had lasted.</summary>
    public TimeSpan Lasted { get; init; }

    /// <summary>The holders of connections, the longest first; a few of them.</summary>
    public Holder[] Holders { get; init; } = [];

    /// <summary>How many of the lent connections were held by actors that waited for another one.</summary>
    public int HeldByWaiters { get; init; }

    /// <summary>Work that waited for a thread of the process's thread pool, and the threads it had.</summary>
    public (long Queued, int Threads) ThreadPoolLoad { get; init; }
}

/// <summary>A borrower of a connection, and for how long it had held it.</summary>
internal readonly record struct Holder(LeaseOrigin Origin, TimeSpan Held);

/// <summary>The request that was refused.</summary>
/// <param name="Origin">Where it was made.</param>
/// <param name="Waited">How long it really waited.</param>
/// <param name="Timeout">Its own limit; null when it has the pool's.</param>
/// <param name="OwnLeases">How many connections its own actor held.</param>
/// <param name="SawReturns">A connection was lent to an earlier request while it waited.</param>
internal sealed record RefusedRequest(LeaseOrigin Origin, TimeSpan Waited, TimeSpan? Timeout, int OwnLeases, bool SawReturns)
{
    /// <summary>Its pool can have requests wait for other borrowers; a <see cref="SimpleConnectionPool"/> cannot.</summary>
    public bool MayWait { get; init; } = true;
}

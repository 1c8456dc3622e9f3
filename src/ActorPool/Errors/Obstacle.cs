using ActorPool.Core.Model;

namespace ActorPool.Errors;

/// <summary>
/// Why no connection was free for a refused request, with the holders of the connections. Recorded once for all requests that one step of the
/// core refuses; <see cref="ObstacleText"/> turns it into text when an error is read.
/// </summary>
internal sealed record Obstacle(Hindrance Hindrance, PoolSettings Settings)
{
    /// <summary>For how long the cause had lasted.</summary>
    public TimeSpan Lasted { get; init; }

    /// <summary>The borrowers that held connections longest, in this order; a few of them.</summary>
    public Holder[] Holders { get; init; } = [];

    /// <summary>How many of the lent connections were held by actors that waited for another one.</summary>
    public int HeldByWaiters { get; init; }

    /// <summary>The work items that waited for the thread pool of the process, and its threads.</summary>
    public (long Queued, int Threads) ThreadPoolLoad { get; init; }
}

/// <summary>A borrower, and for how long it had held its connection.</summary>
internal readonly record struct Holder(LeaseOrigin Origin, TimeSpan Held);

/// <summary>The request that was refused.</summary>
/// <param name="Origin">The place of the call, or the actor.</param>
/// <param name="Waited">How long it really waited.</param>
/// <param name="Timeout">The limit of this request; null for <c>acquire-timeout</c>.</param>
/// <param name="OwnLeases">How many connections the requesting actor held.</param>
/// <param name="SawReturns">While the request waited, a connection was lent to an earlier one.</param>
internal sealed record RefusedRequest(LeaseOrigin Origin, TimeSpan Waited, TimeSpan? Timeout, int OwnLeases, bool SawReturns)
{
    /// <summary>The pool lets requests wait for other borrowers; a <see cref="SimpleConnectionPool"/> does not.</summary>
    public bool MayWait { get; init; } = true;

    /// <summary>It is a statement that the pool was told, and was not sent.</summary>
    public bool IsStatement { get; init; }
}

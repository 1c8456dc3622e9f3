namespace ActorPool;

/// <summary>The pool at one moment: sizes by state, and counters since its start.</summary>
/// <remarks>
/// Taken as a whole between two messages of the pool, so that <see cref="Open"/> is always the sum of its parts.
/// </remarks>
public sealed record PoolStatistics
{
    /// <summary>The pool's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>min-connections</c>.</summary>
    public required int Min { get; init; }

    /// <summary><c>max-connections</c>.</summary>
    public required int Max { get; init; }

    /// <summary>Connections at the server: <see cref="Idle"/> + <see cref="InUse"/> + <see cref="Resetting"/> + <see cref="Validating"/> + <see cref="Closing"/>.</summary>
    public int Open => Idle + InUse + Resetting + Validating + Closing;

    /// <summary>Ready to be lent.</summary>
    public int Idle { get; init; }

    /// <summary>Lent to a borrower.</summary>
    public int InUse { get; init; }

    /// <summary>Being rolled back or reset.</summary>
    public int Resetting { get; init; }

    /// <summary>Being proven alive.</summary>
    public int Validating { get; init; }

    /// <summary>Being closed; its backend may be there still.</summary>
    public int Closing { get; init; }

    /// <summary>Being opened; not counted in <see cref="Open"/>, but against <see cref="Max"/>.</summary>
    public int Opening { get; init; }

    /// <summary>Requests that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>For how long the oldest waiting request has waited; zero when nobody waits.</summary>
    public TimeSpan LongestWait { get; init; }

    /// <summary>For how long the oldest lease has been held; zero when nothing is lent.</summary>
    public TimeSpan LongestHold { get; init; }

    /// <summary>Leases given.</summary>
    public long Granted { get; init; }

    /// <summary>Requests that joined the lease of their key.</summary>
    public long Joined { get; init; }

    /// <summary>Requests that had to wait.</summary>
    public long Waited { get; init; }

    /// <summary>Requests that waited in vain.</summary>
    public long TimedOut { get; init; }

    /// <summary>Requests whose asker gave up or died.</summary>
    public long Cancelled { get; init; }

    /// <summary>Requests refused because everything was lent.</summary>
    public long Exhausted { get; init; }

    /// <summary>Requests refused because too many waited.</summary>
    public long TooManyWaiting { get; init; }

    /// <summary>Attempts to open that failed.</summary>
    public long ConnectFailures { get; init; }

    /// <summary>Connections opened.</summary>
    public long Opened { get; init; }

    /// <summary>Connections closed.</summary>
    public long Closed { get; init; }

    /// <summary>Leases that ended without their borrower's doing.</summary>
    public long EndedByForce { get; init; }
}

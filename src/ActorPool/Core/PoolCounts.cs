namespace ActorPool.Core;

/// <summary>The pool's numbers: kept by the core as it goes, copied as a whole for everybody else.</summary>
internal struct PoolCounts
{
    public int Min;
    public int Max;

    public int Idle;
    public int InUse;
    public int Opening;
    public int Resetting;
    public int Validating;
    public int Closing;
    public int Waiting;

    public long Granted;
    public long Joined;
    public long Waited;
    public long TimedOut;
    public long Cancelled;
    public long Exhausted;
    public long TooManyWaiting;
    public long ConnectFailed;
    public long RefusedAsClosed;
    public long NotCheckedOut;
    public long NotLocal;
    public long KeyedGrants;
    public long AffinityHits;
    public long ConnectFailures;
    public long Opened;
    public long Closed;
    public long ClosedIdle;
    public long ClosedExpired;
    public long ClosedSurplus;
    public long ClosedByBorrower;
    public long ClosedUnusable;
    public long ClosedWhileLent;
    public long ClosedLost;
    public long ClosedByHook;
    public long ClosedByForce;
    public long ClosedWithPool;
    public long EndedByForce;
    public long Reclaimed;

    public bool IsPaused;

    /// <summary>The text of the last error of opening, while opening fails.</summary>
    public string? LastConnectError;

    /// <summary>Since when the oldest present lease is out; null when none is.</summary>
    public TimeSpan? LongestHeldSince;

    /// <summary>Since when the oldest request waits; null when none does.</summary>
    public TimeSpan? LongestWaitSince;

    /// <summary>Since when fewer than the minimum are open that the pool keeps; null when there are enough.</summary>
    public TimeSpan? BelowMinSince;

    public readonly int Open => Idle + InUse + Resetting + Validating + Closing;

    /// <summary>Places taken: what counts against <c>max-connections</c>.</summary>
    public readonly int Taken => Open + Opening;

    /// <summary>The number of slots in a state.</summary>
    public static ref int Of(ref PoolCounts counts, SlotState state)
    {
        switch (state)
        {
            case SlotState.Idle: return ref counts.Idle;
            case SlotState.InUse: return ref counts.InUse;
            case SlotState.Opening: return ref counts.Opening;
            case SlotState.Resetting: return ref counts.Resetting;
            case SlotState.Validating: return ref counts.Validating;
            case SlotState.Closing: return ref counts.Closing;
            default: throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state that is counted.");
        }
    }

    /// <summary>The number of connections closed for a reason.</summary>
    public static ref long Of(ref PoolCounts counts, CloseReason reason)
    {
        switch (reason)
        {
            case CloseReason.Idle: return ref counts.ClosedIdle;
            case CloseReason.Expired: return ref counts.ClosedExpired;
            case CloseReason.Surplus: return ref counts.ClosedSurplus;
            case CloseReason.Borrower: return ref counts.ClosedByBorrower;
            case CloseReason.Unusable: return ref counts.ClosedUnusable;
            case CloseReason.Lost: return ref counts.ClosedLost;
            case CloseReason.Hook: return ref counts.ClosedByHook;
            case CloseReason.Force: return ref counts.ClosedByForce;
            case CloseReason.Pool: return ref counts.ClosedWithPool;
            default: throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason that is counted.");
        }
    }

    /// <summary>The counters of a pool that has ended.</summary>
    public readonly PoolCounts WithoutSizes() => this with
    {
        Idle = 0, InUse = 0, Opening = 0, Resetting = 0, Validating = 0, Closing = 0, Waiting = 0, LongestHeldSince = null, LongestWaitSince = null, BelowMinSince = null,
    };

    public readonly PoolStatistics ToStatistics(string name, TimeSpan now) => new()
    {
        Name = name,
        Min = Min,
        Max = Max,
        Idle = Idle,
        InUse = InUse,
        Opening = Opening,
        Resetting = Resetting,
        Validating = Validating,
        Closing = Closing,
        Waiting = Waiting,
        LongestWait = Since(LongestWaitSince, now),
        LongestHold = Since(LongestHeldSince, now),
        BelowMin = Since(BelowMinSince, now),
        Granted = Granted,
        Joined = Joined,
        Waited = Waited,
        TimedOut = TimedOut,
        Cancelled = Cancelled,
        Exhausted = Exhausted,
        TooManyWaiting = TooManyWaiting,
        ConnectFailed = ConnectFailed,
        RefusedAsClosed = RefusedAsClosed,
        NotCheckedOut = NotCheckedOut,
        NotLocal = NotLocal,
        KeyedGrants = KeyedGrants,
        AffinityHits = AffinityHits,
        ConnectFailures = ConnectFailures,
        Opened = Opened,
        Closed = Closed,
        ClosedIdle = ClosedIdle,
        ClosedExpired = ClosedExpired,
        ClosedSurplus = ClosedSurplus,
        ClosedByBorrower = ClosedByBorrower,
        ClosedUnusable = ClosedUnusable,
        ClosedWhileLent = ClosedWhileLent,
        ClosedByHook = ClosedByHook,
        ClosedByForce = ClosedByForce,
        ClosedWithPool = ClosedWithPool,
        Lost = ClosedLost,
        EndedByForce = EndedByForce,
        Reclaimed = Reclaimed,
        IsPaused = IsPaused,
        LastConnectError = LastConnectError,
    };

    private static TimeSpan Since(TimeSpan? start, TimeSpan now) =>
        start is { } from && now > from ? now - from : TimeSpan.Zero;
}

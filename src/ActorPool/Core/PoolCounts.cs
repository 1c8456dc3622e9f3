namespace ActorPool.Core;

/// <summary>The pool's numbers: kept by the core as it goes, copied as a whole for everybody else.</summary>
internal struct PoolCounts
{
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
    public long ConnectFailures;
    public long Opened;
    public long Closed;
    public long EndedByForce;

    /// <summary>Since when the oldest present lease is out; null when none is.</summary>
    public TimeSpan? LongestHeldSince;

    /// <summary>Since when the oldest request waits; null when none does.</summary>
    public TimeSpan? LongestWaitSince;

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

    /// <summary>The counters of a pool that has ended.</summary>
    public readonly PoolCounts WithoutSizes() => this with
    {
        Idle = 0, InUse = 0, Opening = 0, Resetting = 0, Validating = 0, Closing = 0, Waiting = 0, LongestHeldSince = null, LongestWaitSince = null,
    };

    public readonly PoolStatistics ToStatistics(PoolSettings settings, TimeSpan now) => new()
    {
        Name = settings.Name,
        Min = settings.MinConnections,
        Max = settings.MaxConnections,
        Idle = Idle,
        InUse = InUse,
        Opening = Opening,
        Resetting = Resetting,
        Validating = Validating,
        Closing = Closing,
        Waiting = Waiting,
        LongestWait = Since(LongestWaitSince, now),
        LongestHold = Since(LongestHeldSince, now),
        Granted = Granted,
        Joined = Joined,
        Waited = Waited,
        TimedOut = TimedOut,
        Cancelled = Cancelled,
        Exhausted = Exhausted,
        TooManyWaiting = TooManyWaiting,
        ConnectFailures = ConnectFailures,
        Opened = Opened,
        Closed = Closed,
        EndedByForce = EndedByForce,
    };

    private static TimeSpan Since(TimeSpan? start, TimeSpan now) =>
        start is { } from && now > from ? now - from : TimeSpan.Zero;
}

using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Core.Model;

/// <summary>The pool's numbers: each room counts what it owns, and readers get a copy of all.</summary>
internal struct PoolCounts
{
    public int Min;
    public int Max;

    public int Idle;
    public int InUse;
    public int Working;
    public int Opening;
    public int Resetting;
    public int Validating;
    public int Closing;
    public int Waiting;
    public int StatementsWaiting;
    public int StatementsRunning;

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
    public long Batches;
    public long StatementsRun;
    public long StatementsRunAgain;
    public long StatementsUnknown;
    public long EndedByForce;
    public long Reclaimed;

    public bool IsPaused;

    /// <summary>The text of the last error of opening, while opening fails.</summary>
    public string? LastConnectError;

    /// <summary>When the oldest present lease was granted; null when there is none.</summary>
    public TimeSpan? LongestHeldSince;

    /// <summary>When the oldest waiting request or statement arrived; null when none waits.</summary>
    public TimeSpan? LongestWaitSince;

    /// <summary>When the oldest batch of statements that still runs was begun; null when none runs.</summary>
    public TimeSpan? LongestRunSince;

    /// <summary>Since when fewer connections are open than the minimum that the pool keeps; null while there are enough.</summary>
    public TimeSpan? BelowMinSince;

    public readonly int Open => Idle + InUse + Working + Resetting + Validating + Closing;

    /// <summary>Places taken: what counts against <c>max-connections</c>.</summary>
    public readonly int Taken => Open + Opening;

    /// <summary>The number of slots in a state.</summary>
    [UnscopedRef]
    public ref int Of(SlotState state)
    {
        switch (state)
        {
            case SlotState.Idle: return ref Idle;
            case SlotState.InUse: return ref InUse;
            case SlotState.Working: return ref Working;
            case SlotState.Opening: return ref Opening;
            case SlotState.Resetting: return ref Resetting;
            case SlotState.Validating: return ref Validating;
            case SlotState.Closing: return ref Closing;
            default: throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state that is counted.");
        }
    }

    /// <summary>The number of connections closed for a reason.</summary>
    [UnscopedRef]
    public ref long Of(CloseReason reason)
    {
        switch (reason)
        {
            case CloseReason.Idle: return ref ClosedIdle;
            case CloseReason.Expired: return ref ClosedExpired;
            case CloseReason.Surplus: return ref ClosedSurplus;
            case CloseReason.Borrower: return ref ClosedByBorrower;
            case CloseReason.Unusable: return ref ClosedUnusable;
            case CloseReason.Lost: return ref ClosedLost;
            case CloseReason.Hook: return ref ClosedByHook;
            case CloseReason.Force: return ref ClosedByForce;
            case CloseReason.Pool: return ref ClosedWithPool;
            default: throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason that is counted.");
        }
    }

    /// <summary>The number of requests and returns refused for a reason.</summary>
    [UnscopedRef]
    public ref long Of(Refusal refusal)
    {
        switch (refusal)
        {
            case Refusal.Exhausted: return ref Exhausted;
            case Refusal.TooManyWaiting: return ref TooManyWaiting;
            case Refusal.Timeout: return ref TimedOut;
            case Refusal.ConnectFailed: return ref ConnectFailed;
            case Refusal.Closed: return ref RefusedAsClosed;
            case Refusal.NotCheckedOut: return ref NotCheckedOut;
            case Refusal.NotLocal: return ref NotLocal;
            default: throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a refusal that is counted.");
        }
    }

    /// <summary>The counters alone: the numbers that describe the present state are zero.</summary>
    public readonly PoolCounts WithoutSizes() => this with
    {
        Idle = 0, InUse = 0, Working = 0, Opening = 0, Resetting = 0, Validating = 0, Closing = 0, Waiting = 0, StatementsWaiting = 0, StatementsRunning = 0,
        LongestHeldSince = null, LongestWaitSince = null, LongestRunSince = null, BelowMinSince = null,
    };
}

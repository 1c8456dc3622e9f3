using ActorPool.Core.Model;
using Akka.Actor;

namespace ActorPool;

/// <summary>The pool at one moment: sizes by state, and counters since its start.</summary>
/// <remarks>
/// Taken as a whole between two messages of the pool, so that <see cref="Open"/> is always the sum of its parts.
/// </remarks>
public sealed record PoolStatistics : INoSerializationVerificationNeeded
{
    /// <summary>The pool's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>min-connections</c>.</summary>
    public required int Min { get; init; }

    /// <summary><c>max-connections</c>.</summary>
    public required int Max { get; init; }

    /// <summary>
    /// Connections at the server: <see cref="Idle"/> + <see cref="InUse"/> + <see cref="Resetting"/> + <see cref="Validating"/> + <see cref="Closing"/>.
    /// </summary>
    public int Open => Idle + InUse + Resetting + Validating + Closing;

    /// <summary>Ready to be lent.</summary>
    public int Idle { get; init; }

    /// <summary>Lent to a borrower, or running statements that the pool was told.</summary>
    public int InUse { get; init; }

    /// <summary>The part of <see cref="InUse"/> that runs statements; at most <c>pipeline.connections</c>.</summary>
    public int Working { get; init; }

    /// <summary>Being rolled back or reset.</summary>
    public int Resetting { get; init; }

    /// <summary>Being tested.</summary>
    public int Validating { get; init; }

    /// <summary>Being closed; the backend may still exist.</summary>
    public int Closing { get; init; }

    /// <summary>Being opened; not counted in <see cref="Open"/>, but against <see cref="Max"/>.</summary>
    public int Opening { get; init; }

    /// <summary>Requests for a connection that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Statements that wait to be sent. Together with <see cref="Waiting"/> at most <c>max-waiting</c>.</summary>
    public int StatementsWaiting { get; init; }

    /// <summary>Statements in batches that were sent and have not ended.</summary>
    public int StatementsRunning { get; init; }

    /// <summary>For how long the oldest waiting request or statement has waited for a connection; zero when none waits.</summary>
    public TimeSpan LongestWait { get; init; }

    /// <summary>For how long the oldest lease has been held; zero when nothing is lent.</summary>
    public TimeSpan LongestHold { get; init; }

    /// <summary>For how long the oldest batch of statements has been running; zero when none runs.</summary>
    public TimeSpan LongestRun { get; init; }

    /// <summary>For how long fewer than <see cref="Min"/> have been open, with <c>keep-min</c>; for the health check.</summary>
    internal TimeSpan BelowMin { get; init; }

    /// <summary>Leases given.</summary>
    public long Granted { get; init; }

    /// <summary>Requests that joined the lease of their key.</summary>
    public long Joined { get; init; }

    /// <summary>Requests that had to wait.</summary>
    public long Waited { get; init; }

    /// <summary>
    /// Statements that were sent, whether they succeeded or not. One of an <c>ExecuteAllAsync</c> counts its group as one, and one that was run
    /// again counts once.
    /// </summary>
    public long StatementsRun { get; init; }

    /// <summary>Batches of statements: each is one round trip to the server. <see cref="StatementsRun"/> divided by it is the mean size of a batch.</summary>
    public long Batches { get; init; }

    /// <summary>
    /// Runs of statements that were repeated: the statement did not run or had no effect because of another one in its batch, or its
    /// connection was lost and it is <see cref="StatementOptions.Repeatable"/>.
    /// </summary>
    public long StatementsRunAgain { get; init; }

    /// <summary>Statements that ended with <see cref="PoolErrorKind.OutcomeUnknown"/>: sent, and no answer came before the time-out or the end of the connection.</summary>
    public long StatementsUnknown { get; init; }

    /// <summary>Requests that timed out, and statements that timed out before they were sent.</summary>
    public long TimedOut { get; init; }

    /// <summary>Requests that were cancelled, or whose actor stopped; and such statements that were not sent.</summary>
    public long Cancelled { get; init; }

    /// <summary>Requests refused because all connections were lent.</summary>
    public long Exhausted { get; init; }

    /// <summary>Requests and statements refused because too many waited.</summary>
    public long TooManyWaiting { get; init; }

    /// <summary>Requests and statements that got <see cref="PoolErrorKind.ConnectFailed"/>.</summary>
    public long ConnectFailed { get; init; }

    /// <summary>Requests and statements that reached a closed pool, or waited when it was closed.</summary>
    public long RefusedAsClosed { get; init; }

    /// <summary>Returns that were refused: not lent, not by this pool, not under this key.</summary>
    public long NotCheckedOut { get; init; }

    /// <summary>Requests from another process.</summary>
    public long NotLocal { get; init; }

    /// <summary>Leases given for a key; the part of <see cref="Granted"/> that could be an affinity hit.</summary>
    public long KeyedGrants { get; init; }

    /// <summary>Leases in which a key got its session again.</summary>
    public long AffinityHits { get; init; }

    /// <summary>Attempts to open that failed.</summary>
    public long ConnectFailures { get; init; }

    /// <summary>The error of the last attempt to open, while opening fails; null when the last one succeeded.</summary>
    public string? LastConnectError { get; init; }

    /// <summary>Connections opened.</summary>
    public long Opened { get; init; }

    /// <summary>Connections closed, for any reason; the reasons follow.</summary>
    public long Closed { get; init; }

    /// <summary>Closed because idle for longer than <c>idle-timeout</c>.</summary>
    public long ClosedIdle { get; init; }

    /// <summary>Closed because older than <c>max-lifetime</c>, or replaced by <see cref="Drain"/>.</summary>
    public long ClosedExpired { get; init; }

    /// <summary>Closed because there were too many: on return with <c>idle-timeout = 0s</c>, or after <see cref="Resize"/>.</summary>
    public long ClosedSurplus { get; init; }

    /// <summary>Closed because the borrower asked for it.</summary>
    public long ClosedByBorrower { get; init; }

    /// <summary>Closed because they were returned closed, or with a command, a reader or a COPY in flight.</summary>
    public long ClosedUnusable { get; init; }

    /// <summary>
    /// The part of <see cref="ClosedUnusable"/> whose driver connection was closed while it was lent, by the borrower or by a library that
    /// closes <c>command.Connection</c> or <c>transaction.Connection</c>. Each costs another open: return the lease instead. Not counted
    /// where the borrower asked for the close (<see cref="PutConn.Close"/>).
    /// </summary>
    public long ClosedWhileLent { get; init; }

    /// <summary>Closed because a hook failed on them.</summary>
    public long ClosedByHook { get; init; }

    /// <summary>Closed because their lease was ended by force.</summary>
    public long ClosedByForce { get; init; }

    /// <summary>Closed with the pool.</summary>
    public long ClosedWithPool { get; init; }

    /// <summary>Closed because the server, the network or the actor that owned them failed.</summary>
    public long Lost { get; init; }

    /// <summary>Leases that the pool ended, not the borrower.</summary>
    public long EndedByForce { get; init; }

    /// <summary>The part of <see cref="EndedByForce"/> that was garbage-collected without having been returned.</summary>
    public long Reclaimed { get; init; }

    /// <summary>The pool is paused and lends nothing: see <see cref="Pause"/>.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The numbers of the core at a moment of its clock.</summary>
    internal static PoolStatistics From(string name, in PoolCounts counts, TimeSpan now) => new()
    {
        Name = name,
        Min = counts.Min,
        Max = counts.Max,
        Idle = counts.Idle,
        InUse = counts.InUse + counts.Working,
        Working = counts.Working,
        Opening = counts.Opening,
        Resetting = counts.Resetting,
        Validating = counts.Validating,
        Closing = counts.Closing,
        Waiting = counts.Waiting,
        StatementsWaiting = counts.StatementsWaiting,
        StatementsRunning = counts.StatementsRunning,
        LongestWait = Since(counts.LongestWaitSince, now),
        LongestHold = Since(counts.LongestHeldSince, now),
        LongestRun = Since(counts.LongestRunSince, now),
        BelowMin = Since(counts.BelowMinSince, now),
        Granted = counts.Granted,
        Joined = counts.Joined,
        Waited = counts.Waited,
        StatementsRun = counts.StatementsRun,
        Batches = counts.Batches,
        StatementsRunAgain = counts.StatementsRunAgain,
        StatementsUnknown = counts.StatementsUnknown,
        TimedOut = counts.TimedOut,
        Cancelled = counts.Cancelled,
        Exhausted = counts.Exhausted,
        TooManyWaiting = counts.TooManyWaiting,
        ConnectFailed = counts.ConnectFailed,
        RefusedAsClosed = counts.RefusedAsClosed,
        NotCheckedOut = counts.NotCheckedOut,
        NotLocal = counts.NotLocal,
        KeyedGrants = counts.KeyedGrants,
        AffinityHits = counts.AffinityHits,
        ConnectFailures = counts.ConnectFailures,
        Opened = counts.Opened,
        Closed = counts.Closed,
        ClosedIdle = counts.ClosedIdle,
        ClosedExpired = counts.ClosedExpired,
        ClosedSurplus = counts.ClosedSurplus,
        ClosedByBorrower = counts.ClosedByBorrower,
        ClosedUnusable = counts.ClosedUnusable,
        ClosedWhileLent = counts.ClosedWhileLent,
        ClosedByHook = counts.ClosedByHook,
        ClosedByForce = counts.ClosedByForce,
        ClosedWithPool = counts.ClosedWithPool,
        Lost = counts.ClosedLost,
        EndedByForce = counts.EndedByForce,
        Reclaimed = counts.Reclaimed,
        IsPaused = counts.IsPaused,
        LastConnectError = counts.LastConnectError,
    };

    private static TimeSpan Since(TimeSpan? start, TimeSpan now) =>
        start is { } from && now > from ? now - from : TimeSpan.Zero;
}

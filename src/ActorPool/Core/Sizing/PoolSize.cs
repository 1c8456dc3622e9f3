using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core.Sizing;

/// <summary>
/// How many connections the pool may and should have: whether there is room for another one, and which idle ones are too many. Owns the
/// minimum and the maximum, which may change while the pool runs.
/// </summary>
internal sealed class PoolSize
{
    private readonly PoolPolicy _policy;
    private readonly SlotTable _slots;
    private readonly Tally _tally;

    public PoolSize(PoolPolicy policy, SlotTable slots, Tally tally)
    {
        (_policy, _slots, _tally) = (policy, slots, tally);
        Set(policy.MinConnections, policy.MaxConnections);
    }

    /// <summary>How many connections may run statements at the same time.</summary>
    /// <param name="setting">Null for half of the maximum, at least one.</param>
    /// <param name="max">The present maximum.</param>
    public static int ForStatements(int? setting, int max) => Math.Min(setting ?? Math.Max(1, max / 2), max);

    public int Min { get; private set; }

    public int Max { get; private set; }

    /// <summary>There is room for another connection. One that is closing still takes its place.</summary>
    public bool HasRoom => _slots.Taken < Max;

    /// <summary>More connections will stay than the maximum, which was made smaller.</summary>
    public bool IsOverMax => _slots.Staying > Max;

    public bool IsAllLent => _slots.Count(SlotState.InUse) >= Max;

    public bool IsBelowMin => _slots.Staying < Min;

    /// <summary>Changes the limits for all decisions from now on.</summary>
    public void Set(int min, int max)
    {
        (Min, Max) = (min, max);
        (_tally.Counts.Min, _tally.Counts.Max) = (min, max);
    }

    /// <summary>Whether another open may start now. While opens fail, one attempt at a time is enough to notice that they work again.</summary>
    public bool MayOpen(bool opensFail) =>
        HasRoom && _slots.Count(SlotState.Opening) < (opensFail ? 1 : _policy.MaxConcurrentOpens);

    /// <summary>More opens are wanted than may be in flight at once.</summary>
    public bool IsLimitedByOpens => HasRoom && _slots.Count(SlotState.Opening) >= _policy.MaxConcurrentOpens;

    /// <summary>
    /// psycopg2's rule for a return: a connection is kept while fewer than the minimum are idle. Here, connections that will soon
    /// be idle count too, and a connection that a waiting request needs is kept.
    /// </summary>
    public bool IsSurplus(int demand) =>
        _policy.IdleTimeout == TimeSpan.Zero
        && _slots.Count(SlotState.Idle) + _slots.InFlight.SoonReady >= Min
        && demand <= _slots.InFlight.SoonReady;

    /// <summary>The oldest idle connection beyond the minimum, if it was idle for <c>idle-timeout</c>.</summary>
    public Slot? IdleTooLong(TimeSpan now) =>
        OldestBeyondMin is { } oldest && IdleTooLongAt(oldest) <= now ? oldest : null;

    /// <summary>When the oldest idle connection beyond the minimum has been idle for too long; null while none is beyond it.</summary>
    public TimeSpan? TrimAt => OldestBeyondMin is { } oldest ? IdleTooLongAt(oldest) : null;

    /// <summary>
    /// Notes since when the pool is below its minimum. An ordinary replacement takes a moment; a longer time means that the minimum cannot be kept.
    /// </summary>
    /// <param name="isKept">The pool keeps its minimum at the moment.</param>
    /// <param name="now">The present time.</param>
    public void NoteMinimum(bool isKept, TimeSpan now) =>
        _tally.Counts.BelowMinSince = isKept && _tally.Counts.Open < Min ? _tally.Counts.BelowMinSince ?? now : null;

    /// <summary>The room's invariant; null while it holds: the limits are in range, and the shared numbers repeat them.</summary>
    public string? Violation() => Min >= 0 && Max >= 1 && Min <= Max && (_tally.Counts.Min, _tally.Counts.Max) == (Min, Max) ? null : $"the limits are {Min} and {Max}";

    private Slot? OldestBeyondMin => _policy.IdleTimeout >= TimeSpan.Zero && _slots.Count(SlotState.Idle) > Min ? _slots.Idle.Oldest : null;

    private TimeSpan IdleTooLongAt(Slot slot) => Time.After(slot.Connection!.IdleSince, _policy.IdleTimeout);
}

namespace ActorPool.Core;

/// <summary>
/// Why a request is refused. Taken once for all requests that one sweep refuses, and put into words by the borrower that gets it.
/// </summary>
internal sealed partial class PoolState
{
    /// <summary>How many holders an error names.</summary>
    internal const int MostHolders = 3;

    // Of a shared lease only the first few holders are looked at: it may have thousands.
    private const int MostBorrowers = 8;

    // Cleared after the sweep that has made it.
    private Shortage? _shortage;
    private TimeSpan _pausedAt;

    /// <summary>Why a waiting request has not been served. Reads every slot, once a sweep.</summary>
    private Shortage WhyWaiting(Waiter waiter, TimeSpan now)
    {
        if (!IsPaused && waiter is { State: WaiterState.Parked, Entry.HeldBy: { } held })
            return KeyInUse(held);
        if (waiter is { State: WaiterState.Preparing, Entry.PreparingOn: { } preparing })
            return new Shortage(Hindrance.SessionNotReady) { Since = preparing.StartedAt };
        return _shortage ??= WhyShort(now);
    }

    /// <summary>Why a request that does not wait is refused. Takes constant time.</summary>
    private Shortage WhyRefused(KeyEntry? awaited = null)
    {
        if (IsPaused)
            return new Shortage(Hindrance.Paused) { Since = _pausedAt };
        return awaited?.HeldBy is { } held ? KeyInUse(held) : Lent();
    }

    private Shortage WhyShort(TimeSpan now)
    {
        if (IsPaused)
            return WhyRefused();
        var (work, open) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Opening)
                open = Earlier(open, slot.StartedAt);
            // A connection that did not answer is closed as one that was at work.
            else if (slot is { State: SlotState.Resetting or SlotState.Validating, PreparingFor: null } or { State: SlotState.Closing, Work: not ConnectionWork.None })
                work = Earlier(work, slot.StartedAt);
        }

        var lent = Lent() with { HeldByWaiters = HeldByWaiters() };
        if (_counts.InUse >= _settings.MaxConnections)
            return lent;
        if (work <= now - SlowAfter)
            return lent with { Hindrance = Hindrance.NotAnswering, Since = work };
        if (open == TimeSpan.MaxValue)
            return lent;
        var isLimited = open > now - SlowAfter && _counts.Opening >= _settings.MaxConcurrentOpens && _counts.Taken < _settings.MaxConnections;
        return lent with { Hindrance = isLimited ? Hindrance.OpensLimited : Hindrance.OpensSlow, Since = open };
    }

    private Shortage Lent()
    {
        var holders = new List<Slot>(MostHolders);
        for (var slot = _lent.First; slot is not null && holders.Count < MostHolders; slot = IntrusiveList<Slot, Slot.InList>.After(slot))
            holders.Add(slot);
        return new Shortage(Hindrance.Lent) { Holders = holders, LastLentAt = _lent.Last?.LentAt };
    }

    private static Shortage KeyInUse(Slot slot) => new(Hindrance.KeyInUse) { Since = slot.LentAt, Holders = [slot], LastLentAt = slot.LentAt };

    private int HeldByWaiters()
    {
        var held = 0;
        for (var slot = _lent.First; slot is not null; slot = IntrusiveList<Slot, Slot.InList>.After(slot))
        {
            if (slot.Borrowers.Take(MostBorrowers).Any(borrower => borrower.Waiters.Count > 0))
                held++;
        }

        return held;
    }
}

using ActorPool.Core.Model;

namespace ActorPool.Core.Leases;

/// <summary>
/// The leases: which connections are lent, to which key and which borrowers, and since when. Owns every <see cref="Lease"/> and its number,
/// and says which lease has been held for too long. Decides nothing about the connection.
/// </summary>
internal sealed class LentConnections(PoolPolicy policy)
{
    /// <summary>The most borrowers that an error names.</summary>
    internal const int MostHolders = 3;

    // Of a shared lease only the first few borrowers are examined: it may have thousands.
    private const int MostBorrowers = 8;

    // In the order of their grants.
    private readonly IntrusiveList<Slot, Slot.InList> _lent = new();

    private int _unwatched;

    public int Count => _lent.Count;

    /// <summary>When the oldest present lease was granted; null when there is none.</summary>
    public TimeSpan? OldestSince => _lent.First?.LentAt;

    /// <summary>When the youngest present lease was granted; null when there is none.</summary>
    public TimeSpan? YoungestSince => _lent.Last?.LentAt;

    /// <summary>A borrower that is not watched holds a lease: only its return or the garbage collector ends it.</summary>
    public bool HasUnwatched => _unwatched > 0;

    /// <summary>Starts the lease of a slot that has just become lent.</summary>
    public void Begin(Slot slot, KeyEntry? key, bool isExclusive, bool isNewSession, TimeSpan now)
    {
        var lease = slot.Lease!;
        slot.LeaseId++;
        (lease.LentAt, lease.Key, lease.IsExclusive, lease.IsNewSession, lease.IsLeakReported) = (now, key, isExclusive, isNewSession, false);
        if (key is not null)
            key.HeldBy = slot;
        _lent.AddLast(slot);
    }

    /// <summary>Adds a borrower to the lease; null when it is not watched.</summary>
    public void AddBorrower(Slot slot, Borrower? borrower)
    {
        var lease = slot.Lease!;
        if (borrower is null)
        {
            if (!lease.HasUnwatchedBorrower)
                _unwatched++;
            lease.HasUnwatchedBorrower = true;
        }
        else if (lease.Borrowers.Add(borrower))
        {
            borrower.Slots.Add(slot);
        }
    }

    /// <summary>A watched borrower died. True when no other borrower holds the lease.</summary>
    public static bool RemoveBorrower(Slot slot, Borrower borrower)
    {
        borrower.Slots.Remove(slot);
        slot.Lease!.Borrowers.Remove(borrower);
        return slot.Lease is { Borrowers.Count: 0, HasUnwatchedBorrower: false };
    }

    /// <summary>Ends the lease, adds its last borrowers to the list and returns its key. The caller changes the state of the slot next.</summary>
    public KeyEntry? End(Slot slot, List<Borrower> borrowers)
    {
        var lease = slot.Lease!;
        _lent.Remove(slot);
        slot.LeaseId++;
        foreach (var borrower in lease.Borrowers)
        {
            borrower.Slots.Remove(slot);
            borrowers.Add(borrower);
        }

        lease.Borrowers.Clear();
        if (lease.HasUnwatchedBorrower)
            _unwatched--;
        lease.HasUnwatchedBorrower = false;
        var key = lease.Key;
        lease.Key = null;
        if (key is not null)
            key.HeldBy = null;
        return key;
    }

    /// <summary>
    /// After a crash, before the slot is detached: returns the key of a lease that goes on. A lease that does not go on loses its
    /// borrowers.
    /// </summary>
    public static KeyEntry? Detach(Slot slot, bool goesOn)
    {
        if (slot.Lease is not { } lease)
            return null;
        var key = lease.Key;
        lease.Key = null;
        if (goesOn)
            return key;
        lease.Borrowers.Clear();
        lease.HasUnwatchedBorrower = false;
        return null;
    }

    /// <summary>After a crash: the lease goes on under this core.</summary>
    public void Adopt(Slot slot, KeyEntry? key)
    {
        var lease = slot.Lease!;
        _lent.AddLast(slot);
        lease.Key = key;
        if (key is not null)
            key.HeldBy = slot;
        if (lease.HasUnwatchedBorrower)
            _unwatched++;
        foreach (var borrower in lease.Borrowers)
            borrower.Slots.Add(slot);
    }

    /// <summary>The connection of the oldest lease, if it has been held for <c>max-hold-time</c>.</summary>
    public Slot? HeldTooLong(TimeSpan now) =>
        policy.MaxHoldTime is { } most && _lent.First is { } oldest && now - oldest.LentAt >= most ? oldest : null;

    /// <summary>Leases held for longer than <c>leak-warning-after</c>, each reported once.</summary>
    public IEnumerable<Slot> TakeLeaks(TimeSpan now)
    {
        if (policy.LeakWarningAfter is not { } patience)
            yield break;
        for (var slot = _lent.First; slot is not null && now - slot.LentAt >= patience; slot = _lent.After(slot))
        {
            if (slot.Lease!.IsLeakReported)
                continue;
            slot.Lease.IsLeakReported = true;
            yield return slot;
        }
    }

    /// <summary>When the lease of a slot is held for too long, or must be reported.</summary>
    public TimeSpan CheckAt(Slot slot)
    {
        var end = policy.MaxHoldTime is { } most ? Time.After(slot.LentAt, most) : TimeSpan.MaxValue;
        return policy.LeakWarningAfter is { } patience && !slot.Lease!.IsLeakReported ? Time.Earlier(end, Time.After(slot.LentAt, patience)) : end;
    }

    /// <summary>The few connections that have been held for longest.</summary>
    public List<Slot> LongestHeld()
    {
        var holders = new List<Slot>(MostHolders);
        for (var slot = _lent.First; slot is not null && holders.Count < MostHolders; slot = _lent.After(slot))
            holders.Add(slot);
        return holders;
    }

    /// <summary>How many lent connections are held by actors that wait for another one.</summary>
    public int CountHeldByWaiters() =>
        _lent.Items.Count(slot => slot.Lease!.Borrowers.Take(MostBorrowers).Any(borrower => borrower.Waiters.Count > 0));

    /// <summary>The room's invariant; null while it holds: lent slots, leases and borrowers name each other, in the order of the grants.</summary>
    public string? Violation(List<Slot> slots, IEnumerable<KeyEntry> keys)
    {
        foreach (var slot in slots)
        {
            if (_lent.Contains(slot) != slot.State is SlotState.InUse)
                return $"slot {slot.Index} is {slot.State}, and its lease is {(_lent.Contains(slot) ? "out" : "not out")}";
            if (slot.Lease is { } lease && (lease.Borrowers.Any(borrower => !borrower.Slots.Contains(slot)) || (lease.Key is { } key && !ReferenceEquals(key.HeldBy, slot))))
                return $"the lease of slot {slot.Index} is not known to its borrower or its key";
            if (slot.Lease is { } held && held.Borrowers.SelectMany(borrower => borrower.Slots.Where(other => other.Lease?.Borrowers.Contains(borrower) != true)).Any())
                return $"a borrower of slot {slot.Index} names a lease that it does not hold";
            if (slot.Lease is { Borrowers.Count: 0, HasUnwatchedBorrower: false })
                return $"the lease of slot {slot.Index} has no borrower";
        }

        if (keys.FirstOrDefault(key => key.HeldBy is { } slot && !ReferenceEquals(slot.Lease?.Key, key)) is { } stale)
            return $"{stale.Key} names a lease that is not its own";
        if (_unwatched != slots.Count(slot => slot.Lease is { HasUnwatchedBorrower: true }))
            return $"{_unwatched} leases are counted that a borrower holds unwatched";
        return _lent.Items.Zip(_lent.Items.Skip(1), (slot, next) => slot.LentAt <= next.LentAt).All(inOrder => inOrder) ? null : "the leases are out of order";
    }
}

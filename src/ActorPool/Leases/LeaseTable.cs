using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Telemetry;

namespace ActorPool.Leases;

/// <summary>Which lease is out in which slot, and the rules of its return; the same for every shell.</summary>
/// <remarks>
/// A lease ends once: by the borrower's return, by a reader that closed its connection, by the garbage collector, or by force. The report of
/// each may come late. <see cref="PooledConnection.TryEnd"/> lets the first end win, and <see cref="ConnectionSlot.IsOut"/> recognises a
/// report about an earlier lease, which changes nothing.
/// </remarks>
internal sealed class LeaseTable(ILeaseHome home, List<ConnectionSlot> slots, PoolState state, PoolLog log)
{
    /// <summary>The refusals of this pool.</summary>
    public Refusals Refusals { get; } = new(home, state, slots);

    public ConnectionSlot this[Slot slot] => slots[slot.Index];

    /// <summary>A connection is about to be opened in the slot.</summary>
    public ConnectionSlot Opening(Slot slot, IPhysicalConnection connection)
    {
        Cover(slot.Index + 1);
        var place = slots[slot.Index];
        place.Replace(connection);
        var incarnation = place.Incarnation;
        // Called while the lease is out, so its number does not change meanwhile.
        connection.ClosedByReader = () => home.ClosedByReader(new ReaderClosedLease(place, incarnation, slot.LeaseId));
        return place;
    }

    /// <summary>Adds the missing places up to this number. After a crash the core may have a slot whose open was not carried out.</summary>
    public void Cover(int count)
    {
        while (slots.Count < count)
            slots.Add(new ConnectionSlot(home, state.Slots[slots.Count]));
    }

    /// <summary>A return by psycopg2's rules and in their order. Null when it is accepted, else the refusal, which is counted.</summary>
    public PoolFailure? Return(PooledConnection? lease, bool fitsKey, bool close, TimeSpan now)
    {
        if (state.Phase == PoolPhase.Closed)
            return Refusals.Counted(Refusal.Closed);
        if (lease is null)
            return Refusals.Counted(PutRefusal.NoConnection);
        if (!ReferenceEquals(lease.Home, home))
            return Refusals.Counted(PutRefusal.Foreign(lease, home.Settings.Name));
        if (!IsOut(lease))
            return Refusals.Counted(PutRefusal.Over(lease));
        if (!fitsKey)
            return Refusals.Counted(PutRefusal.OtherKey(lease));
        if (!lease.TryEnd(LeaseEnd.Returned))
            return Refusals.Counted(PutRefusal.Over(lease));
        Recover(lease.Place, lease.DriverWasUsed, close, now);
        return null;
    }

    /// <summary>Whether the object is that of a lease of this pool that is out.</summary>
    public bool IsOut(PooledConnection lease) => ReferenceEquals(lease.Home, home) && lease.Place.IsOut(lease.LeaseId, lease.Handle);

    /// <summary>Takes back a lease that its borrower has ended.</summary>
    public void TakeBack(PooledConnection lease, TimeSpan now)
    {
        if (IsOut(lease))
            Recover(lease.Place, lease.DriverWasUsed, close: false, now);
    }

    /// <summary>A reader has closed the connection, which counts as a return. Returns how long the lease was out, or null for a stale report.</summary>
    public TimeSpan? TakeBack(ReaderClosedLease closed, TimeSpan now)
    {
        var (place, slot) = (closed.Place, closed.Place.Slot);
        if (slot.State != SlotState.InUse || slot.Incarnation != closed.Incarnation || slot.LeaseId != closed.LeaseId)
            return null;
        // If the borrower ended the lease at the same moment, its return follows.
        if (place.Lease is { } lease && !lease.TryEnd(LeaseEnd.ReaderClosed))
            return null;
        var held = place.HeldFor(now);
        Recover(place, driverWasUsed: true, close: false, now);
        return held;
    }

    /// <summary>Takes back a lease whose object was collected without a return. False while its last work may continue: then try again later.</summary>
    public bool TakeBack(ForgottenLease forgotten, TimeSpan now)
    {
        var place = forgotten.Place;
        if (!place.IsOut(forgotten.LeaseId, forgotten.Handle))
            return true;
        if (forgotten.MayGoOn(now))
            return false;
        state.Forgotten(place.Slot, forgotten.LeaseId, now);
        return true;
    }

    /// <summary>Takes back a lease that no borrower received.</summary>
    public void TakeBackUnused(PooledConnection lease, TimeSpan now)
    {
        if (!lease.TryEnd(LeaseEnd.Returned))
            return;
        var place = lease.Place;
        place.TakeBack();
        state.PutUnused(place.Slot, lease.LeaseId, place.Connection!.Release(lease.DriverWasUsed), now);
    }

    /// <summary>The lease is over: passes its connection back to the core, in the condition in which it is found.</summary>
    public void Recover(ConnectionSlot place, bool driverWasUsed, bool close, TimeSpan now)
    {
        place.TakeBack();
        var condition = place.Connection!.Release(driverWasUsed);
        if (condition == ReturnCondition.ClosedWhileLent && !close)
            log.ClosedWhileLent(place.Origin, now);
        state.Put(place.Slot, place.Slot.LeaseId, close, condition, now);
    }

    /// <summary>The core ended a lease by force. True when the borrower had not ended it before.</summary>
    public bool End(Slot slot, LeaseEnd end, TimeSpan now)
    {
        var place = slots[slot.Index];
        var lease = place.Lease;
        place.Connection?.EndLease(end);
        var isEnded = lease is null || lease.TryEnd(end);
        if (lease is not null && isEnded && end != LeaseEnd.PoolClosed)
            log.LeaseEnded(place.HeldFor(now), LeaseEnds.Why(end), place.Origin);
        else if (end == LeaseEnd.Forgotten)
            log.LeaseForgotten(place.HeldFor(now), place.Origin);
        place.TakeBack();
        return isEnded;
    }

    /// <summary>The places of the leases that are out, the longest held first.</summary>
    public IEnumerable<ConnectionSlot> Lent() => slots.Where(place => place.Slot.State == SlotState.InUse).OrderBy(place => place.Slot.LentAt);

    /// <summary>A lease has been out for longer than <c>leak-warning-after</c>.</summary>
    public void WarnOfLeak(Slot slot, TimeSpan now) => log.Leak(slots[slot.Index].HeldFor(now), slots[slot.Index].Origin);
}

using ActorPool.Actors;
using ActorPool.Core.Model;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

// Driver connections that were closed while they were lent: the pool hears of it, takes the place back and warns.
public sealed partial class PoolManager
{
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private TimeSpan _warnAgainAt = TimeSpan.MinValue;
    private int _closedUnwarned;

    /// <summary>Has the connection of a slot report it when a reader closes it: a note as any return.</summary>
    private static void Hear(PoolContext cell, SlotRecord record)
    {
        var (slot, incarnation) = (record.Slot, record.Incarnation);
        // Called while the lease is out, so its number does not change meanwhile.
        record.Connection!.ClosedByReader = () => cell.Note(new ClosedByReader(slot, incarnation, slot.LeaseId));
    }

    /// <summary>Its borrower needs the lease no more, whether or not it still has it; a stale report changes nothing.</summary>
    private void TakeBack(ClosedByReader closed, TimeSpan now)
    {
        var (slot, record) = (closed.Slot, _records[closed.Slot.Index]);
        if (slot.State != SlotState.InUse || slot.Incarnation != closed.Incarnation || slot.LeaseId != closed.Lease)
            return;
        // One that its borrower has ended in the same moment is on its way back already.
        if (record.Lease is { } lease && !lease.TryEnd(LeaseEnd.ReaderClosed))
            return;
        _cell.Metrics.UsedLater(now - slot.LentAt);
        Recover(record, driverWasUsed: true, close: false, now);
    }

    /// <summary>The lease is over; its connection goes back to the core in the state in which it is found.</summary>
    private void Recover(SlotRecord record, bool driverWasUsed, bool close, TimeSpan now)
    {
        record.TakeBack();
        var condition = record.Connection!.Release(driverWasUsed);
        if (condition == ReturnCondition.ClosedWhileLent && !close)
            WarnOfClosed(record, now);
        _state.Put(record.Slot, record.Slot.LeaseId, close, condition, now);
    }

    private void WarnOfClosed(SlotRecord record, TimeSpan now)
    {
        _closedUnwarned++;
        if (now < _warnAgainAt)
            return;
        _log.Warning(
            "Pool {Pool}: {Count} driver connection(s) were closed while lent, and each is replaced by another open. Return the lease instead: close neither "
            + "command.Connection nor transaction.Connection, and leave out CommandBehavior.CloseConnection. The last one was borrowed by {Borrower}",
            _cell.Name, _closedUnwarned, record.Origin);
        _warnAgainAt = now + BetweenWarnings;
        _closedUnwarned = 0;
    }

    /// <summary>A reader has closed the connection of a lease.</summary>
    private sealed record ClosedByReader(Slot Slot, int Incarnation, long Lease) : INoSerializationVerificationNeeded;
}

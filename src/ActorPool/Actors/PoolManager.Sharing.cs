using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Event;

namespace ActorPool;

// Leases whose borrowers are not the ones that their senders had in mind: shared through a key, or sent to an actor that did not take them.
public sealed partial class PoolManager
{
    /// <summary>
    /// Once per pool: two borrowers use one connection. Callers of the facade have no name; each of their requests counts as a borrower.
    /// </summary>
    private void WarnOfSharing(SlotRecord record, LeaseOrigin second)
    {
        if (_cell.HasWarnedOfSharing || !_cell.Settings.SharedKeyWarning || (second.Actor is { } actor && actor.Equals(record.Origin.Actor)))
            return;
        _cell.HasWarnedOfSharing = true;
        _log.Warning(
            "Pool {Pool}: two borrowers share one connection, because they use the same key at the same time. Commands of both at once fail in the driver with 'A command is already in progress'. "
            + "Set key-sharing = exclusive to let the requests for a key take turns, or shared-key-warning = off if they share it on purpose. This is logged once per pool. "
            + "Borrowed by {First}; requested by {Second}",
            _cell.Name, record.Origin, second);
    }

    /// <summary>
    /// Takes a lease back that was sent to an actor and not received, unless another borrower has it as well: a watched one, whose end returns
    /// it, or one that joined it through its key. A stale one changes nothing.
    /// </summary>
    /// <remarks>
    /// A lease in a message is handed over: its sender has given it up. A watched sender that lives keeps it, since it is the pool's borrower.
    /// </remarks>
    private void TakeBack(UndeliveredLease undelivered, TimeSpan now)
    {
        var lease = undelivered.Lease;
        if (!ReferenceEquals(lease.Home, _cell) || _records[lease.Slot.Index] is not { } record || !record.IsOut(lease))
            return;
        if (OtherHolder(record, undelivered) is { } holder)
        {
            _log.Warning("Pool {Pool}: a lease was sent to {Receiver}, which {Reason}. It stays with {Holder}. Borrowed by {Borrower}", _cell.Name, undelivered.Receiver, ReasonOf(undelivered), holder, record.Origin);
            return;
        }

        if (!lease.TryEnd(LeaseEnd.Undelivered))
            return;
        _log.Warning(
            "Pool {Pool}: a lease was sent to {Receiver}, which {Reason}; its connection is taken back. {Advice} Borrowed by {Borrower}",
            _cell.Name, undelivered.Receiver, ReasonOf(undelivered), undelivered.IsAlive ? "Handle PooledConnection there." : "Name that actor as the Owner of the request, and its lease ends with it.", record.Origin);
        _cell.Metrics.UsedLater(now - record.Slot.LentAt);
        record.TakeBack();
        // A session that its key was to set up may have been set up or not: the next borrower must not have to guess.
        var close = lease.Slot.Lease is { IsNewSession: true, Key: not null };
        _state.Put(lease.Slot, lease.LeaseId, close, record.Connection!.Release(lease.DriverWasUsed), now);
    }

    private static object? OtherHolder(SlotRecord record, UndeliveredLease undelivered)
    {
        foreach (var borrower in record.Slot.Lease!.Borrowers)
        {
            if (borrower is WatchedBorrower { Actor: var actor } && !actor.Equals(undelivered.Receiver))
                return actor;
        }

        return --record.Holders > 0 ? "the other borrowers of its key" : null;
    }

    private static string ReasonOf(UndeliveredLease undelivered) => undelivered.IsAlive ? "does not handle it" : "had ended";
}

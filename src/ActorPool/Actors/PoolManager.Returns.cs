using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Leases;
using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool;

// Returned leases. The lease table has the rules of a return; this chapter answers and measures.
public sealed partial class PoolManager
{
    private static readonly TimeSpan BetweenRechecks = TimeSpan.FromSeconds(1);

    void IPoolMessageHandler.Handle(PutConn put, TimeSpan now)
    {
        if (PooledConnection.FitsKey(put.Connection, _pool, put.Key) is { } fits)
            Return(put.Connection, fits, put.Close, ToSender, now);
        else
            _lookups.Begin(put, Sender, now);
    }

    private void Return(ReturnRequest request, TimeSpan now) => Return(request.Connection, request.FitsKey, request.Close, new ReplyTo(request), now);

    private void Return(PooledConnection? lease, bool fitsKey, bool close, ReplyTo replyTo, TimeSpan now)
    {
        var refusal = _leases.Return(lease, fitsKey, close, now);
        Publish();
        if (refusal is not null)
        {
            replyTo.Refuse(refusal);
            return;
        }

        if (replyTo.IsSender)
            _pool.Metrics.UsedLater(now - lease!.LentAt);
        replyTo.Complete(ConnPut.Instance);
    }

    private void Handle(INote note, TimeSpan now)
    {
        switch (note)
        {
            case Abandoned abandoned:
                _state.Cancel(abandoned.Request, now);
                break;
            case StatementGivenUp given:
                _state.Cancel(given.Statement, now);
                break;
            case LeaseClosedByReader { Lease: var closed }:
                if (_leases.TakeBack(closed, now) is { } held)
                    _pool.Metrics.UsedLater(held);
                break;
            case LeaseForgotten forgotten:
                TakeBack(forgotten.Lease, now);
                break;
            case UndeliveredLease undelivered:
                TakeBack(undelivered, now);
                break;
        }
    }

    private void TakeBack(ForgottenLease forgotten, TimeSpan now)
    {
        if (!_leases.TakeBack(forgotten, now))
            ((IWithTimers)this).Timers.StartSingleTimer(forgotten.Place, new RecheckForgotten(forgotten), BetweenRechecks);
    }

    /// <summary>
    /// Takes back a lease that was sent to an actor and not received, unless it has another holder: a watched borrower, whose end returns it,
    /// or a request that joined it through its key.
    /// </summary>
    /// <remarks>
    /// An actor that sends a lease passes it on, and no longer counts as its holder. A watched sender that is alive keeps the lease: it is the borrower.
    /// </remarks>
    private void TakeBack(UndeliveredLease undelivered, TimeSpan now)
    {
        var lease = undelivered.Lease;
        if (!_leases.IsOut(lease))
            return;
        var place = lease.Place;
        if (OtherHolder(place, undelivered) is { } holder)
            _log.UndeliveredStays(undelivered.Receiver, undelivered.IsAlive, holder, place.Origin);
        else if (lease.TryEnd(LeaseEnd.Undelivered))
        {
            _log.Undelivered(undelivered.Receiver, undelivered.IsAlive, place.Origin);
            _pool.Metrics.UsedLater(now - lease.LentAt);
            // The session may or may not have been set up for its key, and the next borrower could not tell. So the connection is closed.
            var close = place.Slot.Lease is { IsNewSession: true, Key: not null };
            _leases.Recover(place, lease.DriverWasUsed, close, now);
        }
    }

    private static object? OtherHolder(ConnectionSlot place, UndeliveredLease undelivered)
    {
        foreach (var borrower in place.Slot.Lease!.Borrowers)
        {
            if (borrower is WatchedBorrower { Actor: var actor } && !actor.Equals(undelivered.Receiver))
                return actor;
        }

        return --place.Holders > 0 ? "the other borrowers of its key" : null;
    }

    /// <summary>Returns the leases whose receivers had all ended at the moment of the grant.</summary>
    private void TakeBackUndelivered(TimeSpan now)
    {
        _pool.Gauges.Change();
        foreach (var lease in _undelivered)
            _leases.TakeBackUnused(lease, now);
        _undelivered.Clear();
        Publish();
    }
}

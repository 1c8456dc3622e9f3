using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Leases;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core;

// Returning: a lease ends, by its borrower or by force, and its connection is reset, lent again or closed.
internal sealed partial class PoolState
{
    // The borrowers of the lease that is being ended.
    private readonly List<Borrower> _holders = [];

    /// <summary>A borrower returns its lease. False, with nothing changed, when that lease is not out.</summary>
    /// <param name="slot">The slot of the connection.</param>
    /// <param name="leaseId">The lease that is returned.</param>
    /// <param name="close">The borrower wants the connection closed.</param>
    /// <param name="condition">The condition of the driver's connection at the return.</param>
    /// <param name="now">The present time.</param>
    public bool Put(Slot slot, long leaseId, bool close, ReturnCondition condition, TimeSpan now)
    {
        if (slot.State != SlotState.InUse || slot.LeaseId != leaseId)
            return false;
        EndLease(slot);
        if (condition == ReturnCondition.ClosedWhileLent && !close)
            _tally.Counts.ClosedWhileLent++;
        if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)
            Abort(slot, condition == ReturnCondition.Broken ? CloseReason.Lost : CloseReason.Unusable);
        else if (WhyClose(slot, close, now) is { } reason)
            Close(slot, reason);
        else
            Recycle(slot, condition, now);
        if (condition == ReturnCondition.Broken)
            ValidateIdle(now);
        Serve(now);
        return true;
    }

    /// <summary>As <see cref="Put"/>, for a lease that never reached a borrower: a new session counts as new again.</summary>
    public void PutUnused(Slot slot, long leaseId, ReturnCondition condition, TimeSpan now)
    {
        if (slot.LeaseId == leaseId && slot.Lease is { IsNewSession: true } lease)
            Sessions.Unuse(slot, lease.Key);
        Put(slot, leaseId, close: false, condition, now);
    }

    /// <summary>The garbage collector found the lease: no borrower can return it.</summary>
    public void Forgotten(Slot slot, long leaseId, TimeSpan now)
    {
        if (slot.State != SlotState.InUse || slot.LeaseId != leaseId)
            return;
        _tally.Counts.Reclaimed++;
        EndByForce(slot, LeaseEnd.Forgotten);
        Serve(now);
    }

    /// <summary>A watched actor has stopped: its requests end, and so do the leases that no other borrower holds.</summary>
    public void BorrowerStopped(Borrower borrower, TimeSpan now)
    {
        var ended = borrower.Waiters.ToArray();
        foreach (var waiter in ended)
        {
            _waiting.End(waiter);
            _tally.Counts.Cancelled++;
        }

        foreach (var slot in borrower.Slots.ToArray())
        {
            if (LentConnections.RemoveBorrower(slot, borrower))
                EndByForce(slot, LeaseEnd.BorrowerDied);
        }

        // Only now: no request joins a lease that ends with this borrower.
        foreach (var waiter in ended)
            JoinBehind(waiter);
        Serve(now);
    }

    /// <summary>Ends a lease without a return; its connection is closed.</summary>
    private void EndByForce(Slot slot, LeaseEnd end)
    {
        EndLease(slot);
        _tally.Counts.EndedByForce++;
        Effects.Add(new Effect(EffectKind.EndLease) { Slot = slot, End = end });
        Abort(slot, end switch
        {
            LeaseEnd.PoolClosed => CloseReason.Pool,
            LeaseEnd.ConnectionLost => CloseReason.Lost,
            _ => CloseReason.Force,
        });
    }

    private void EndLease(Slot slot)
    {
        var key = _lent.End(slot, _holders);
        foreach (var borrower in _holders)
            UnwatchIfDone(borrower);
        _holders.Clear();
        if (key is null)
            return;
        _waiting.PassTurn(key);
        Keys.Release(key);
    }

    private CloseReason? WhyClose(Slot slot, bool close, TimeSpan now)
    {
        if (close)
            return CloseReason.Borrower;
        if (Phase != PoolPhase.Running)
            return CloseReason.Pool;
        if (SlotTable.IsExpired(slot, now))
            return CloseReason.Expired;
        return _size.IsSurplus(_waiting.Demand) || _size.IsOverMax ? CloseReason.Surplus : null;
    }

    private void Recycle(Slot slot, ReturnCondition condition, TimeSpan now)
    {
        var isResetPending = condition == ReturnCondition.ResetPending;
        // No command ran in the session, so it is new again once the pending reset is done.
        if (isResetPending)
            BeginSessionAfterReturn(slot);
        var work = ResetOf(slot, condition, now);
        if (work == ConnectionWork.None && !isResetPending)
            BecomeIdle(slot, now, wasUsed: true);
        else if (work == ConnectionWork.None || (MayPrependReset(work, condition) && _connectionForKey.TryPrependReset(slot)))
            HandOver(slot, now);
        else
            StartWork(slot, work, now, keepsPlace: true);
    }

    private ConnectionWork ResetOf(Slot slot, ReturnCondition condition, TimeSpan now)
    {
        var work = condition == ReturnCondition.InTransaction ? ConnectionWork.Rollback : ConnectionWork.None;
        if (_policy.HasOnReturn)
            work |= ConnectionWork.OnReturn;
        if (_policy.ResetOnReturn)
            work = (work & ~ConnectionWork.Rollback) | ConnectionWork.FullReset;
        return work == ConnectionWork.None && _whenToTest.DiedWhileLent(slot, now) ? ConnectionWork.Validate : work;
    }

    // Only when a request waits: its first command carries the reset.
    private bool MayPrependReset(ConnectionWork work, ReturnCondition condition) =>
        work == ConnectionWork.FullReset && condition != ReturnCondition.InTransaction && _waiting.Demand > 0;

    /// <summary>The full reset of a returned connection is due. If every return has one, the key still prefers the connection afterwards.</summary>
    private void BeginSessionAfterReturn(Slot slot)
    {
        if (_policy.ResetOnReturn)
            Sessions.BeginForOwner(slot);
        else
            Sessions.Begin(slot);
    }

    /// <summary>
    /// Offers the connection to the waiting requests: the next borrower's first command carries the reset. If no request takes it, it is
    /// reset now.
    /// </summary>
    private void HandOver(Slot slot, TimeSpan now)
    {
        BeginSessionAfterReturn(slot);
        BecomeIdle(slot, now, wasUsed: true);
        if (slot.State == SlotState.Idle)
            StartWork(slot, ConnectionWork.FullReset, now);
    }

    /// <summary>A connection has nothing left to do: a waiting request gets it, or it becomes idle.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="now">The present time.</param>
    /// <param name="wasUsed">It was opened, used or reset, and not only tested.</param>
    private void BecomeIdle(Slot slot, TimeSpan now, bool wasUsed)
    {
        _slots.BecomeIdle(slot, now, wasUsed);
        WhenToTest.Heard(slot, now);
        if (SlotTable.IsExpired(slot, now) || _size.IsOverMax)
        {
            Close(slot, _size.IsOverMax ? CloseReason.Surplus : CloseReason.Expired);
            Serve(now);
            return;
        }

        _slots.Idle.Add(slot);
        _whenToTest.ProbeFrom(now);
        _alarm.By(slot.Connection!.ExpiresAt);
        _alarm.By(_whenToTest.NextProbe);
        _alarm.By(WhenToTest.TestDueAt(slot));
        TerminateSurvivors(now);
        Serve(now, slot);
        if (slot.State == SlotState.Idle)
            TrimOrWakeFor(slot, now);
    }
}

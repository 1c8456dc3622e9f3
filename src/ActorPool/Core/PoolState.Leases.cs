namespace ActorPool.Core;

internal sealed partial class PoolState
{
    private void Grant(Slot slot, Waiter waiter, TimeSpan now)
    {
        if (!waiter.TryClaim())
        {
            // The reset that was put ahead for it has no command to go with.
            if (slot.IsResetPending && slot.State == SlotState.Idle)
                StartWork(slot, ConnectionWork.FullReset, now);
            if (waiter.State == WaiterState.New && waiter.Entry is { } unused)
                _keys.Release(unused);
            if (waiter.State != WaiterState.New)
                Leave(waiter);
            GaveUp(waiter);
            return;
        }

        var entry = waiter.Entry;
        LeaveIdle(slot);
        Enter(slot, SlotState.InUse);
        _lent.AddLast(slot);
        slot.Lease++;
        slot.LentAt = now;
        slot.LeakWarned = false;
        slot.WasLent = true;
        slot.IsResetPending = false;
        slot.Work = ConnectionWork.None;
        slot.CheckedAt = TimeSpan.MinValue;
        slot.HeldFor = entry;
        slot.IsNewSession = IsNewSession(slot, entry);
        UseSession(slot, entry);
        if (entry is not null)
        {
            entry.HeldBy = slot;
            _counts.KeyedGrants++;
            if (!slot.IsNewSession)
                _counts.AffinityHits++;
        }

        Hold(slot, waiter);
        if (waiter.State != WaiterState.New)
            Leave(waiter);
        waiter.State = WaiterState.Done;
        _counts.Granted++;
        Effects.Add(new Effect(EffectKind.Grant) { Slot = slot, Waiter = waiter });
        WakeForHold(slot);

        if (entry is { HasWaiters: true } && !Exclusive)
            JoinWaiting(slot, entry);
        RefuseImpatient();
    }

    /// <summary>One grant serves all queued requests of its key.</summary>
    private void JoinWaiting(Slot slot, KeyEntry entry)
    {
        while (entry.HasWaiters)
        {
            var waiter = entry.Waiters.First!;
            if (waiter.TryClaim())
            {
                Join(slot, waiter);
            }
            else
            {
                Leave(waiter);
                GaveUp(waiter);
            }
        }
    }

    private void Join(Slot slot, Waiter waiter)
    {
        Hold(slot, waiter);
        if (waiter.State != WaiterState.New)
            Leave(waiter);
        waiter.State = WaiterState.Done;
        _counts.Joined++;
        WakeForStarvation();
        Effects.Add(new Effect(EffectKind.Join) { Slot = slot, Waiter = waiter });
    }

    private static void Hold(Slot slot, Waiter waiter)
    {
        if (waiter.Borrower is not { } borrower)
        {
            slot.HasUnwatchedHolder = true;
            return;
        }

        if (slot.Borrowers.Add(borrower))
            borrower.Slots.Add(slot);
    }

    /// <summary>Requests that do not wait for other borrowers, nor for the end of a pause.</summary>
    private void RefuseImpatient()
    {
        if (_impatient.Count == 0 || !(IsPaused || _counts.InUse >= _settings.MaxConnections))
            return;
        var why = WhyRefused();
        while (_impatient.First is { } first)
            LeaveRefused(first.Value, IsPaused ? PoolErrorKind.Timeout : PoolErrorKind.Exhausted, why: why);
    }

    private void BecomeImpatient(Waiter waiter)
    {
        if (waiter.Impatience is { } place)
            _impatient.AddLast(place);
    }

    /// <summary>Also of one for whom a session is being made ready: it has its connection already.</summary>
    private void BePatient(Waiter waiter)
    {
        if (waiter.Impatience is { List: not null } place)
            _impatient.Remove(place);
    }

    /// <summary>As <see cref="Put"/>, of a lease that never reached anybody: its session is as new as it was.</summary>
    public void PutUnused(Slot slot, long lease, ReturnCondition condition, TimeSpan now)
    {
        if (slot.State == SlotState.InUse && slot.Lease == lease && slot.IsNewSession)
        {
            slot.SessionUsed = slot.HeldFor is not null;
            slot.PreparedFor = slot.HeldFor;
        }

        Put(slot, lease, close: false, condition, now);
    }

    /// <summary>
    /// The borrower's own return of a lease. False when that lease is not out (any more): then nothing is changed.
    /// </summary>
    /// <param name="slot">Where the connection stands.</param>
    /// <param name="lease">The lease that is returned.</param>
    /// <param name="close">The borrower wants the connection closed.</param>
    /// <param name="condition">In what state the driver's connection came back.</param>
    /// <param name="now">The present time.</param>
    public bool Put(Slot slot, long lease, bool close, ReturnCondition condition, TimeSpan now)
    {
        if (slot.State != SlotState.InUse || slot.Lease != lease)
            return false;
        EndLease(slot);
        if (condition == ReturnCondition.ClosedWhileLent && !close)
            _counts.ClosedWhileLent++;
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

    /// <summary>Ends a lease against its borrower's will; the connection is never used again.</summary>
    private void EndByForce(Slot slot, LeaseEnd end)
    {
        EndLease(slot);
        _counts.EndedByForce++;
        Effects.Add(new Effect(EffectKind.EndLease) { Slot = slot, End = end });
        Abort(slot, end switch
        {
            LeaseEnd.PoolClosed => CloseReason.Pool,
            LeaseEnd.ConnectionLost => CloseReason.Lost,
            _ => CloseReason.Force,
        });
    }

    /// <summary>Nobody has the lease's object any more, and nobody has returned it.</summary>
    public void Forgotten(Slot slot, long lease, TimeSpan now)
    {
        if (slot.State != SlotState.InUse || slot.Lease != lease)
            return;
        _counts.Reclaimed++;
        EndByForce(slot, LeaseEnd.Forgotten);
        Serve(now);
    }

    /// <summary>A watched actor has ended, and with it its requests and the leases that nobody else holds.</summary>
    public void BorrowerGone(Borrower borrower, TimeSpan now)
    {
        foreach (var waiter in borrower.Waiters.ToArray())
        {
            Leave(waiter);
            waiter.State = WaiterState.Done;
            _counts.Cancelled++;
        }

        foreach (var slot in borrower.Slots.ToArray())
        {
            borrower.Slots.Remove(slot);
            slot.Borrowers.Remove(borrower);
            if (slot is { Borrowers.Count: 0, HasUnwatchedHolder: false })
                EndByForce(slot, LeaseEnd.BorrowerDied);
        }

        Serve(now);
    }

    private void EndLease(Slot slot)
    {
        _lent.Remove(slot);
        slot.Lease++;
        foreach (var borrower in slot.Borrowers)
        {
            borrower.Slots.Remove(slot);
            UnwatchIfDone(borrower);
        }

        slot.Borrowers.Clear();
        slot.HasUnwatchedHolder = false;
        if (slot.HeldFor is { } entry)
        {
            slot.HeldFor = null;
            entry.HeldBy = null;
            NextTurn(entry);
            _keys.Release(entry);
        }
    }

    /// <summary>psycopg2's rule for a return: kept while fewer than the minimum are idle, here counting those that will be in a moment.</summary>
    private bool IsSurplus() =>
        _settings.IdleTimeout == TimeSpan.Zero
        && _counts.Idle + SoonReady >= _settings.MinConnections
        && Demand <= SoonReady;

    private CloseReason? WhyClose(Slot slot, bool close, TimeSpan now)
    {
        if (close)
            return CloseReason.Borrower;
        if (Phase != PoolPhase.Running)
            return CloseReason.Pool;
        if (IsExpired(slot, now))
            return CloseReason.Expired;
        return IsSurplus() || IsOverMax ? CloseReason.Surplus : null;
    }

    /// <summary>Its reset goes with the command of the oldest waiting request. When no request takes the connection, the reset is made at once.</summary>
    private void HandOver(Slot slot, TimeSpan now)
    {
        RenewSession(slot);
        BecomeIdle(slot, now);
        if (slot.State == SlotState.Idle)
            StartWork(slot, ConnectionWork.FullReset, now);
    }

    /// <summary>With a reset on every return a key still prefers its connection, empty as that is.</summary>
    private void RenewSession(Slot slot)
    {
        if (_settings.Reset == ResetMode.DiscardAll)
            NewSessionOfSameOwner(slot);
        else
            NewSession(slot);
    }

    private void Recycle(Slot slot, ReturnCondition condition, TimeSpan now)
    {
        // Nothing was done in it.
        if (condition == ReturnCondition.ResetPending)
            RenewSession(slot);
        var work = condition == ReturnCondition.InTransaction ? ConnectionWork.Rollback : ConnectionWork.None;
        if (_settings.OnReturn is not null)
            work |= ConnectionWork.OnReturn;
        if (_settings.Reset == ResetMode.DiscardAll)
            work = (work & ~ConnectionWork.Rollback) | ConnectionWork.FullReset;
        if (work == ConnectionWork.None && DiedWhileLent(slot, now))
            work = ConnectionWork.Validate;
        if (work == ConnectionWork.None && condition != ReturnCondition.ResetPending)
        {
            BecomeIdle(slot, now);
            return;
        }

        // Put ahead for this lease and not sent, or to be put ahead for the next.
        var isAhead = work == ConnectionWork.None && condition == ReturnCondition.ResetPending;
        if (isAhead || (work == ConnectionWork.FullReset && condition != ReturnCondition.InTransaction && Demand > 0 && TryPrependReset(slot)))
        {
            HandOver(slot, now);
            return;
        }

        slot.IdleSince = now;
        StartWork(slot, work, now);
        KeepPlace(slot);
    }
}

/// <summary>How a driver connection came back from its borrower.</summary>
internal enum ReturnCondition : byte
{
    /// <summary>Idle, outside a transaction.</summary>
    Clean,

    /// <summary>As it was lent: its borrower ran no command, and the full reset that was put ahead of the first one is not made yet.</summary>
    ResetPending,

    /// <summary>In a transaction, open or failed.</summary>
    InTransaction,

    /// <summary>Still in use.</summary>
    Unusable,

    /// <summary>Its borrower, or a library on its behalf, closed the driver's connection.</summary>
    ClosedWhileLent,

    /// <summary>The server or the network has failed, or the session is of no more use: the others may have the same fault.</summary>
    Broken,
}

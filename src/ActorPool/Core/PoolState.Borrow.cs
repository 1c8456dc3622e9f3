using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core;

// Borrowing: a request is granted, joins the lease of its key, waits or is refused.
internal sealed partial class PoolState
{
    /// <summary>
    /// Answers a request for a connection now, or adds it to the waiting requests (its state is then not <see cref="WaiterState.Done"/>).
    /// For a request with a key, <see cref="Waiter.Entry"/> is set.
    /// </summary>
    /// <remarks>
    /// The order of the rules is psycopg2's: closed, the key in use, an idle connection, exhausted, a new connection.
    /// <see cref="ConnectionForKey"/> chooses the idle connection.
    /// </remarks>
    public void Get(Waiter waiter, TimeSpan now)
    {
        var key = waiter.Entry;
        if (key is not null)
            Keys.Know(key);
        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
        {
            RefuseNew(waiter, Refusal.Closed);
            return;
        }

        waiter.Order = ++_orders;
        waiter.Since = now;
        if (key?.HeldBy is { } held && !_policy.IsExclusive)
        {
            if (waiter.TryClaim())
                Join(held, waiter);
            else
                EndGivenUp(waiter);
            return;
        }

        if (_policy.IdleTimeout > TimeSpan.Zero)
            TrimIdle(now);
        var mustAwaitKey = _waiting.MustAwaitKey(key);
        if (!mustAwaitKey && _waiting.Queued == 0 && IsLending
            && key?.InitializingOn is null && PickIdle(key, null, now) is { State: SlotState.Idle } slot
            && !_connectionForKey.NeedsInitialization(slot, key) && _connectionForKey.TryMakeReady(slot, key, now))
        {
            Grant(slot, waiter, now);
            return;
        }

        var timeout = waiter.Timeout ?? _policy.AcquireTimeout;
        if (timeout == TimeSpan.Zero && (mustAwaitKey || IsPaused || _size.IsAllLent))
            RefuseNew(waiter, mustAwaitKey || IsPaused ? Refusal.Timeout : Refusal.Exhausted, WhyRefused(key));
        else if (_waiting.Count >= _policy.MaxWaiting)
            RefuseNew(waiter, Refusal.TooManyWaiting, WhyRefused());
        else
            Wait(waiter, timeout, now);
    }

    /// <summary>The request was given up: it leaves the queue.</summary>
    public void Cancel(Waiter waiter, TimeSpan now)
    {
        if (waiter.State is not (WaiterState.Queued or WaiterState.Parked or WaiterState.Initializing))
            return;
        EndGivenUp(waiter);
        Serve(now);
    }

    /// <summary>
    /// The idle connection that a request with this key prefers. The sweep that closes expired connections may be late, so they are
    /// closed here too.
    /// </summary>
    private Slot? PickIdle(KeyEntry? key, Slot? offered, TimeSpan now)
    {
        while (true)
        {
            var slot = _connectionForKey.Preferred(key, offered);
            if (slot is not { State: SlotState.Idle } || !SlotTable.IsExpired(slot, now))
                return slot;
            CloseExpired(slot, now);
        }
    }

    private void Wait(Waiter waiter, TimeSpan timeout, TimeSpan now)
    {
        _alarm.By(_waiting.Add(waiter, timeout));
        if (waiter.State == WaiterState.Queued)
            Serve(now);
        if (waiter.State != WaiterState.Done)
            _tally.Counts.Waited++;
    }

    private void Grant(Slot slot, Waiter waiter, TimeSpan now)
    {
        var key = waiter.Entry;
        if (!waiter.TryClaim())
        {
            // The request was given up, so no first command follows with which the pending reset could be sent.
            if (slot.Session.IsResetPending && slot.State == SlotState.Idle)
                StartWork(slot, ConnectionWork.FullReset, now);
            if (waiter.State == WaiterState.New && key is not null)
                Keys.Release(key);
            EndGivenUp(waiter);
            return;
        }

        var isNewSession = Sessions.IsNewFor(key, slot);
        _slots.BeginUse(slot);
        _lent.Begin(slot, key, isNewSession, now);
        Sessions.Use(slot, key);
        WhenToTest.ForgetCheck(slot);
        if (key is not null)
        {
            _tally.Counts.KeyedGrants++;
            if (!isNewSession)
                _tally.Counts.AffinityHits++;
        }

        _waiting.End(waiter);
        _lent.AddBorrower(slot, waiter.Borrower);
        _tally.Counts.Granted++;
        Effects.Add(new Effect(EffectKind.Grant) { Slot = slot, Waiter = waiter });
        _alarm.By(_lent.CheckAt(slot));
        if (key is { HasWaiters: true } && !_policy.IsExclusive)
            JoinWaiting(slot, key);
        RefuseNoWait();
    }

    /// <summary>One grant serves all waiting requests of its key.</summary>
    private void JoinWaiting(Slot slot, KeyEntry key)
    {
        while (key.HasWaiters)
        {
            var waiter = key.Waiters.First!;
            if (waiter.TryClaim())
            {
                Join(slot, waiter);
            }
            else
            {
                EndGivenUp(waiter);
            }
        }
    }

    private void Join(Slot slot, Waiter waiter)
    {
        _waiting.End(waiter);
        _lent.AddBorrower(slot, waiter.Borrower);
        _tally.Counts.Joined++;
        Effects.Add(new Effect(EffectKind.Join) { Slot = slot, Waiter = waiter });
    }

    private void EndGivenUp(Waiter waiter)
    {
        _waiting.End(waiter);
        _tally.Counts.Cancelled++;
        UnwatchIfDone(waiter.Borrower);
    }

    private void UnwatchIfDone(Borrower? borrower)
    {
        if (borrower is { HasNothing: true })
            Effects.Add(new Effect(EffectKind.Unwatch) { Borrower = borrower });
    }
}

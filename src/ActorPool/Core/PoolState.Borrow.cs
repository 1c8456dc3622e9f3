using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;
using ActorPool.Core.Waiting;

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
        waiter.IsExclusive |= _policy.IsExclusive;
        if (WaitingRequests.MayJoin(waiter))
        {
            if (waiter.TryClaim())
                Join(key!.HeldBy!, waiter);
            else
                EndGivenUp(waiter);
            return;
        }

        if (_policy.IdleTimeout > TimeSpan.Zero)
            TrimIdle(now);
        var mustAwaitKey = WaitingRequests.MustAwaitKey(waiter);
        if (!mustAwaitKey && _waiting.Demand == 0 && IsLending
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
        if (waiter is ToldStatement { State: WaiterState.Running } statement)
        {
            Abandon(statement, now);
            // Its connection may have been ended, and another one run statements instead.
            Serve(now);
            return;
        }

        if (waiter.State is WaiterState.New or WaiterState.Done)
            return;
        EndGivenUp(waiter);
        JoinBehind(waiter);
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
        if (waiter.RunsStatements)
        {
            RunBatch(slot, waiter, now);
            return;
        }

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
        _lent.Begin(slot, key, waiter.IsExclusive, isNewSession, now);
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
        if (key is { HasWaiters: true })
            JoinWaiting(slot, key);
        RefuseNoWait();
    }

    /// <summary>A shared lease serves the waiting requests of its key, up to the first exclusive one.</summary>
    private void JoinWaiting(Slot slot, KeyEntry key)
    {
        while (slot.Lease is { IsExclusive: false } && key is { HasWaiters: true, Waiters.First: { IsExclusive: false } waiter })
        {
            if (waiter.TryClaim())
                Join(slot, waiter);
            else
                EndGivenUp(waiter);
        }
    }

    /// <summary>A waiting request has ended unserved: if it was exclusive, the shared ones behind it need not wait any longer.</summary>
    private void JoinBehind(Waiter ended)
    {
        if (ended is { IsExclusive: true, Entry: { HeldBy: { } held } key })
            JoinWaiting(held, key);
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

namespace ActorPool.Core;

internal sealed partial class PoolState
{
    private int _parked;

    // Queued requests behind an older one of the same shared key: one grant serves them all.
    private int _mates;

    /// <summary>How many connections would satisfy all who are queued.</summary>
    private int Demand => _queue.Count - _mates;

    /// <summary>
    /// A request for a connection: answered now, or put in the queue (then its state is not <see cref="WaiterState.Done"/>).
    /// One with a key brings the key's <see cref="Waiter.Entry"/>.
    /// </summary>
    /// <remarks>
    /// The order of the rules is psycopg2's: closed, the key in use, an idle connection, exhausted, a new connection.
    /// </remarks>
    public void Get(Waiter waiter, TimeSpan now)
    {
        var entry = waiter.Entry;
        if (entry is not null)
            _keys.Know(entry);
        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
        {
            RefuseNew(waiter, PoolErrorKind.Closed);
            return;
        }

        waiter.Order = ++_orders;
        waiter.Since = now;
        if (entry?.HeldBy is { } held && !Exclusive)
        {
            if (waiter.TryClaim())
                Join(held, waiter);
            else
                GaveUp(waiter);
            return;
        }

        if (_settings.IdleTimeout > TimeSpan.Zero)
            TrimIdle(now);
        var mustWaitForKey = Exclusive && entry is { } && (entry.HeldBy is not null || entry.Turn is not null);
        if (!mustWaitForKey && _queue.Count == 0 && Phase == PoolPhase.Running && !IsPaused
            && entry?.PreparingOn is null && PickIdle(entry, null, now) is { State: SlotState.Idle } slot
            && !MustInitialize(slot, entry) && TryMakeReady(slot, entry, now))
        {
            Grant(slot, waiter, now);
            return;
        }

        var timeout = waiter.Timeout ?? _settings.AcquireTimeout;
        if (timeout == TimeSpan.Zero && (mustWaitForKey || IsPaused || _counts.InUse >= _settings.MaxConnections))
            RefuseNew(waiter, mustWaitForKey || IsPaused ? PoolErrorKind.Timeout : PoolErrorKind.Exhausted, WhyRefused(entry));
        else if (Waiting >= _settings.MaxWaiting)
            RefuseNew(waiter, PoolErrorKind.TooManyWaiting, WhyRefused());
        else
            Wait(waiter, timeout, mustWaitForKey, now);
    }

    /// <summary>The asker gave up: it leaves the queue.</summary>
    public void Cancel(Waiter waiter, TimeSpan now)
    {
        if (waiter.State is not (WaiterState.Queued or WaiterState.Parked or WaiterState.Preparing))
            return;
        Leave(waiter);
        _counts.Cancelled++;
        UnwatchIfDone(waiter.Borrower);
        Serve(now);
    }

    private void Wait(Waiter waiter, TimeSpan timeout, bool forKey, TimeSpan now)
    {
        waiter.HasWaited = true;
        // The pool's own work is awaited even by those who do not wait for others, but not for ever.
        if (timeout == TimeSpan.Zero)
            waiter.Impatience = new LinkedListNode<Waiter>(waiter);
        var patience = waiter.Impatience is null ? timeout : _settings.ConnectTimeout;
        waiter.Deadline = patience < TimeSpan.Zero || patience > TimeSpan.MaxValue - now ? TimeSpan.MaxValue : now + patience;
        _deadlines.Add(waiter);
        WakeBy(DeadlineWheel.LookAt(waiter.Deadline));
        waiter.Borrower?.Waiters.Add(waiter);
        var preparing = waiter.Entry?.PreparingOn is not null && !forKey;
        if (waiter.Entry is { } key)
        {
            if (Exclusive && !forKey)
                key.Turn = waiter;
            if (key.HasWaiters && !Exclusive && !preparing)
                _mates++;
            key.Waiters.AddLast(waiter);
        }

        if (forKey)
        {
            waiter.State = WaiterState.Parked;
            _parked++;
        }
        else if (preparing)
        {
            waiter.State = WaiterState.Preparing;
            _preparing++;
        }
        else
        {
            _queue.Add(waiter);
            BecomeImpatient(waiter);
            Serve(now);
        }

        if (waiter.State == WaiterState.Done)
            return;
        _counts.Waited++;
        WakeForStarvation();
    }

    /// <summary>Takes a waiting request out of every list. Its key's next one gets its turn.</summary>
    private void Leave(Waiter waiter)
    {
        var queued = waiter.State == WaiterState.Queued;
        if (queued)
            _queue.Remove(waiter);
        else if (waiter.State == WaiterState.Parked)
            _parked--;
        else
            _preparing--;
        waiter.State = WaiterState.Done;

        _deadlines.Remove(waiter);
        waiter.Borrower?.Waiters.Remove(waiter);
        BePatient(waiter);
        if (waiter.Entry is { } entry)
        {
            entry.Waiters.Remove(waiter);
            if (queued && entry.HasWaiters && !Exclusive)
                _mates--;
            if (ReferenceEquals(entry.Turn, waiter))
                entry.Turn = null;
            NextTurn(entry);
            _keys.Release(entry);
        }
    }

    /// <summary>An exclusive key that is free gives its turn to the oldest of its waiting requests, with the rank of its arrival.</summary>
    private void NextTurn(KeyEntry entry)
    {
        if (!Exclusive || entry.HeldBy is not null || entry.Turn is not null || !entry.HasWaiters)
            return;
        var next = entry.Waiters.First!;
        entry.Turn = next;
        _parked--;
        if (entry.PreparingOn is null)
        {
            _queue.AddLate(next);
            WakeForStarvation();
            return;
        }

        next.State = WaiterState.Preparing;
        _preparing++;
    }

    private void RefuseNew(Waiter waiter, PoolErrorKind error, Shortage? why = null)
    {
        if (waiter.Entry is { } entry)
            _keys.Release(entry);
        Refuse(waiter, error, why: why);
    }

    private void Refuse(Waiter waiter, PoolErrorKind error, Exception? cause = null, Shortage? why = null)
    {
        waiter.State = WaiterState.Done;
        CountRefusal(error);
        Effects.Add(new Effect(EffectKind.Refuse) { Waiter = waiter, Error = error, Cause = cause, Why = why });
        UnwatchIfDone(waiter.Borrower);
    }

    /// <summary>A refusal that was not the core's to decide is counted with the others.</summary>
    public void CountRefusal(PoolErrorKind error)
    {
        switch (error)
        {
            case PoolErrorKind.Exhausted: _counts.Exhausted++; break;
            case PoolErrorKind.TooManyWaiting: _counts.TooManyWaiting++; break;
            case PoolErrorKind.Timeout: _counts.TimedOut++; break;
            case PoolErrorKind.ConnectFailed: _counts.ConnectFailed++; break;
            case PoolErrorKind.Closed: _counts.RefusedAsClosed++; break;
            case PoolErrorKind.NotCheckedOut: _counts.NotCheckedOut++; break;
            case PoolErrorKind.NotLocal: _counts.NotLocal++; break;
        }
    }

    private void GaveUp(Waiter waiter)
    {
        waiter.State = WaiterState.Done;
        _counts.Cancelled++;
        UnwatchIfDone(waiter.Borrower);
    }

    private void RefuseAllWaiting(PoolErrorKind error, Exception? cause)
    {
        // Parked requests enter the queue as the ones before them leave it.
        while (_queue.First is { } waiter)
            LeaveRefused(waiter, error, cause);
        foreach (var slot in _slots)
        {
            while ((slot.HeldFor ?? slot.PreparingFor) is { HasWaiters: true } entry)
                LeaveRefused(entry.Waiters.First!, error, cause);
        }
    }

    private void LeaveRefused(Waiter waiter, PoolErrorKind error, Exception? cause = null, Shortage? why = null)
    {
        Leave(waiter);
        Refuse(waiter, error, cause, why);
    }

    private void UnwatchIfDone(Borrower? borrower)
    {
        if (borrower is { HasNothing: true })
            Effects.Add(new Effect(EffectKind.Unwatch) { Borrower = borrower });
    }
}

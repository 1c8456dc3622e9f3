namespace ActorPool.Core;

internal sealed partial class PoolState
{
    /// <summary>Round trips under way, each of which ends in a connection for the oldest request, unless it seems to be stuck.</summary>
    private int SoonReady => _counts.Resetting + _counts.Validating - _initializing - _slowWorks;

    /// <summary>Opens under way that do not seem to be stuck.</summary>
    private int SoonOpen => _counts.Opening - _slowOpens;

    /// <summary>
    /// Serves the queue as far as connections are there, and starts what is needed for the rest: round trips first, then opens,
    /// then the sessions of other keys. Work is never bound to a request: whoever is oldest when it ends is served by it,
    /// so nobody waits behind a stuck one. Takes at most one step per slot, however many wait.
    /// </summary>
    /// <param name="now">The present time.</param>
    /// <param name="offered">A connection that has just become idle: it beats a half-open one, unless it holds another key's session.</param>
    private void Serve(TimeSpan now, Slot? offered = null)
    {
        EndStopIfDue(now);
        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
            return;
        if (Phase == PoolPhase.Running && !IsPaused)
        {
            ServeReady(now, offered);
            OpenForWaiting(now);
            TakeOver(now, offered);
        }

        OpenForMin(now);
        NoteMinimum(now);
        WakeForStarvation();
        if (_isStuck && NeedsPlace)
            WakeBy(now);
    }

    private void ServeReady(TimeSpan now, Slot? offered)
    {
        while (_queue.First is { } first)
        {
            var slot = OrJustReady(PickIdle(first.Entry, offered, now), offered, first, now);
            if (slot is { State: SlotState.Idle } && TryMakeReady(slot, first.Entry, now))
            {
                Give(slot, first, now);
                continue;
            }

            // The first one that nothing fast will serve; its elders are served by what is under way.
            if (Demand <= SoonReady || _queue.ElementAt(SoonReady) is not { } waiter)
                return;
            slot = PickIdle(waiter.Entry, offered, now);
            // That request waits for its own session: an idle connection is made ready for the first one.
            if (slot is null && OwnIsBusy(waiter.Entry))
                (slot, waiter) = (PickIdle(first.Entry, offered, now), first);
            if (slot is { State: not SlotState.Idle })
            {
                // More wait than are under reset: the oldest need not wait for the one whose turn it is.
                (slot, waiter) = (OrJustReady(NextIdle(slot, now), offered, first, now), first);
                if (slot is not null && TryMakeReady(slot, first.Entry, now))
                {
                    Give(slot, first, now);
                    continue;
                }
            }

            if (slot is null)
                return;
            var work = NeededWork(slot, waiter.Entry, now);
            if (work == ConnectionWork.None)
                return;
            MakeReady(slot, work, now);
        }
    }

    /// <summary>One that was just made ready is not passed over for one that has yet to be: else each would be proven in turn, for ever.</summary>
    private Slot? OrJustReady(Slot? slot, Slot? offered, Waiter waiter, TimeSpan now) =>
        offered is { State: SlotState.Idle } && _common.Contains(offered)
        && slot is { State: SlotState.Idle } && !ReferenceEquals(slot, waiter.Entry?.OwnIdle) && NeededWork(slot, waiter.Entry, now) != ConnectionWork.None
            ? offered
            : slot;

    /// <summary>As <see cref="OrJustReady"/>, of the session of another key: it was tested for the request that takes it over.</summary>
    private bool IsJustTested(Slot? offered, TimeSpan now) =>
        offered is { State: SlotState.Idle } && offered.HeardAt == now && offered.IdleSince < now && _owned.Contains(offered);

    private void OpenForWaiting(TimeSpan now)
    {
        while (Demand > SoonReady + SoonOpen && CanOpen(now))
            StartOpen(now);
    }

    /// <summary>Nothing else is left for the waiting requests: the session of the least recently used key.</summary>
    private void TakeOver(TimeSpan now, Slot? offered)
    {
        while (_queue.First is { } first && Demand > SoonReady + SoonOpen && LeastRecentlyOwned(now) is { } oldest)
        {
            var slot = IsJustTested(offered, now) && NeededWork(oldest, first.Entry, now) != ConnectionWork.None ? offered! : oldest;
            // Its own session is ready in a moment.
            if (OwnIsBusy(first.Entry))
                return;
            // Room for one more is better, unless the opens seem to be stuck.
            if (_counts.Taken < _settings.MaxConnections && !BackingOff(now) && _slowOpens == 0)
                return;
            if (!TryMakeReady(slot, first.Entry, now))
            {
                MakeReady(slot, NeededWork(slot, first.Entry, now), now);
                continue;
            }

            Give(slot, first, now);
            // The next in the queue may have a session of its own.
            ServeReady(now, null);
        }
    }

    /// <summary>
    /// An idle connection for a key (null: unkeyed), in the order of preference. In the synchronous way it may be under reset yet.
    /// The sweep that closes expired connections may be late: those it has left are closed here.
    /// </summary>
    private Slot? PickIdle(KeyEntry? entry, Slot? offered, TimeSpan now)
    {
        while (true)
        {
            var slot = Preferred(entry, offered);
            if (slot is not { State: SlotState.Idle } || !IsExpired(slot, now))
                return slot;
            CloseExpired(slot, now);
        }
    }

    private Slot? Preferred(KeyEntry? entry, Slot? offered)
    {
        if (Sticky && entry?.OwnIdle is { } own)
            return own;
        if (OwnIsBusy(entry))
            return null;
        var common = _settings.IdleOrder == IdleOrder.Lifo ? _common.Last : _common.First;
        if (common is not null)
            return common;
        // Another key may prefer it, but after its reset there is nothing in it to lose.
        return offered is { State: SlotState.Idle, SessionUsed: false } ? offered : null;
    }

    /// <summary>The pool tests or rolls back the session of this key at the moment: the key waits for it rather than lose it.</summary>
    private bool OwnIsBusy(KeyEntry? entry) => Sticky && !Synchronous && entry?.OwnBusy is not null;

    private Slot? LeastRecentlyOwned(TimeSpan now)
    {
        while (_owned.First is { } slot)
        {
            if (!IsExpired(slot, now))
                return slot;
            CloseExpired(slot, now);
        }

        return null;
    }

    private void CloseExpired(Slot slot, TimeSpan now)
    {
        Close(slot, CloseReason.Expired);
        // For the refill to the minimum.
        WakeBy(now);
    }

    /// <summary>The first that is ready behind one that is under reset yet.</summary>
    private Slot? NextIdle(Slot slot, TimeSpan now)
    {
        Slot? next = slot;
        while (next is { } passed && (passed.State != SlotState.Idle || IsExpired(passed, now)))
        {
            next = _settings.IdleOrder == IdleOrder.Lifo ? IntrusiveList<Slot, Slot.InList>.Before(passed) : IntrusiveList<Slot, Slot.InList>.After(passed);
            if (passed.State == SlotState.Idle)
                CloseExpired(passed, now);
        }

        return next;
    }

    /// <summary>
    /// Whether this key may have an idle connection at once. Where a full reset is all that it needs, and the server was heard of lately
    /// and is quiet, the reset is put ahead of the first command of its next borrower, instead of a round trip of its own.
    /// </summary>
    private bool TryMakeReady(Slot slot, KeyEntry? entry, TimeSpan now)
    {
        var work = NeededWork(slot, entry, now);
        if (work != ConnectionWork.FullReset || IsLongUnheard(slot, now) || !TryPrependReset(slot))
            return work == ConnectionWork.None;
        var wasOwned = _owned.Remove(slot);
        NewSession(slot);
        if (wasOwned)
            JoinIdle(slot);
        return true;
    }

    /// <summary>Not while something stands on the socket: the next user would read what was sent to the last one.</summary>
    private bool TryPrependReset(Slot slot) =>
        _settings.PrependReset && _look(slot) == SocketState.Silent && (slot.IsResetPending = _prependReset(slot));

    /// <summary>What must be done to an idle connection before this key may have it.</summary>
    private ConnectionWork NeededWork(Slot slot, KeyEntry? entry, TimeSpan now)
    {
        var work = ConnectionWork.None;
        if (_settings.DiscardOnKeyChange && slot.SessionUsed && !ReferenceEquals(slot.SessionOwner, entry))
            work = ConnectionWork.FullReset;
        if (work == ConnectionWork.None ? MustValidate(slot, now) : IsLongUnheard(slot, now))
            work |= ConnectionWork.Validate;
        return _settings.Check is not null && slot.CheckedAt != now ? work | ConnectionWork.Check : work;
    }

    private void MakeReady(Slot slot, ConnectionWork work, TimeSpan now)
    {
        // A reset for somebody else ends the preference of the key that had it; one on return does not.
        if (work.HasFlag(ConnectionWork.FullReset))
            slot.SessionOwner = null;
        StartWork(slot, work, now);
    }

    private void StartWork(Slot slot, ConnectionWork work, TimeSpan now, object? backend = null)
    {
        LeaveIdle(slot);
        Enter(slot, (work & OfReset) == 0 ? SlotState.Validating : SlotState.Resetting);
        slot.IsResetPending = false;
        slot.Work = work;
        Begin(slot, now);
        if (slot.State == SlotState.Resetting)
            WakeBy(StuckAt(slot));
        Effects.Add(new Effect(EffectKind.Work) { Slot = slot, Work = work, Backend = backend });
    }

    /// <summary>Lends the connection, or has its session initialized for the key first.</summary>
    private void Give(Slot slot, Waiter waiter, TimeSpan now)
    {
        if (MustInitialize(slot, waiter.Entry))
            Prepare(slot, waiter.Entry!, now);
        else
            Grant(slot, waiter, now);
    }

    /// <summary>A connection is free for the next one: for whoever waits, or for the idle ones.</summary>
    private void BecomeIdle(Slot slot, TimeSpan now)
    {
        Enter(slot, SlotState.Idle);
        // A connection that was only looked at was not used any later for it, and goes back to its place.
        if ((slot.Work == ConnectionWork.None || (slot.Work & OfReset) != 0) && !_common.Contains(slot))
            slot.IdleSince = now;
        slot.HeardAt = now;
        slot.Work = ConnectionWork.None;
        if (IsExpired(slot, now) || IsOverMax)
        {
            Close(slot, IsOverMax ? CloseReason.Surplus : CloseReason.Expired);
            Serve(now);
            return;
        }

        JoinIdle(slot);
        WakeBy(slot.ExpiresAt);
        WakeForLook(now);
        WakeBy(TestDueAt(slot));
        TerminateSurvivors(now);
        Serve(now, slot);
        if (slot.State == SlotState.Idle)
            TrimOrWakeFor(slot, now);
    }

    private void JoinIdle(Slot slot)
    {
        // In the synchronous way it has kept its place while it was reset.
        if (_common.Contains(slot))
            return;
        var list = IsOwned(slot) ? _owned : _common;
        var before = list.Last;
        while (before is not null && before.IdleSince > slot.IdleSince)
            before = IntrusiveList<Slot, Slot.InList>.Before(before);
        list.AddAfter(before, slot);
    }

    /// <summary>In the synchronous way a connection that is reset or tested is lent in its turn, like an idle one.</summary>
    private void KeepPlace(Slot slot)
    {
        if (Synchronous && !IsOwned(slot))
            JoinIdle(slot);
    }

    private bool IsOwned(Slot slot) => Sticky && slot.SessionOwner is not null;

    private void LeaveIdle(Slot slot)
    {
        if (!_common.Remove(slot))
            _owned.Remove(slot);
    }
}

namespace ActorPool.Core;

internal sealed partial class PoolState
{
    /// <summary>Round trips under way, each of which ends in a connection for the oldest request.</summary>
    private int SoonReady => _counts.Resetting + _counts.Validating;

    /// <summary>
    /// Serves the queue as far as connections are there, and starts what is needed for the rest: round trips first, then opens,
    /// then the sessions of other keys. Work is never bound to a request: whoever is oldest when it ends is served by it,
    /// so nobody waits behind a stuck one. Takes at most one step per slot, however many wait.
    /// </summary>
    /// <param name="now">The present time.</param>
    /// <param name="offered">A connection that has just become idle: it beats a half-open one, even when another key owns it.</param>
    private void Serve(TimeSpan now, Slot? offered = null)
    {
        EndDrainIfDue(now);
        if (Phase is PoolPhase.Draining or PoolPhase.Closed)
            return;
        if (Phase == PoolPhase.Running)
        {
            ServeReady(now, offered);
            OpenForWaiting(now);
            TakeOver(now);
        }

        OpenForMin(now);
    }

    private void ServeReady(TimeSpan now, Slot? offered)
    {
        while (_queue.First is { } first)
        {
            var slot = PickIdle(first.Entry, offered);
            // One that was just made ready is not passed over for one that has yet to be: else each would be proven in turn, for ever.
            if (offered is { State: SlotState.Idle } && _common.Contains(offered)
                && slot is { State: SlotState.Idle } && NeededWork(slot, first.Entry, now) != ConnectionWork.None)
                slot = offered;
            if (slot is { State: SlotState.Idle } && NeededWork(slot, first.Entry, now) == ConnectionWork.None)
            {
                Grant(slot, first, now);
                continue;
            }

            // The first one that nothing fast will serve; its elders are served by what is under way.
            if (Demand <= SoonReady || _queue.ElementAt(SoonReady) is not { } waiter)
                return;
            slot = PickIdle(waiter.Entry, offered);
            if (slot is { State: not SlotState.Idle })
            {
                // More wait than are under reset: the oldest need not wait for the one whose turn it is.
                (slot, waiter) = (NextIdle(slot), first);
                if (slot is not null && NeededWork(slot, first.Entry, now) == ConnectionWork.None)
                {
                    Grant(slot, first, now);
                    continue;
                }
            }

            if (slot is null)
                return;
            var work = NeededWork(slot, waiter.Entry, now);
            if (work == ConnectionWork.None)
                return;
            StartWork(slot, work);
        }
    }

    private void OpenForWaiting(TimeSpan now)
    {
        while (Demand > SoonReady + _counts.Opening && CanOpen(now))
            StartOpen();
    }

    /// <summary>Nothing else is left for those who wait: the session of the key that was not used for longest.</summary>
    private void TakeOver(TimeSpan now)
    {
        while (_owned.First is { } slot && _queue.First is { } first && Demand > SoonReady + _counts.Opening)
        {
            if (_counts.Taken < _settings.MaxConnections && !BackingOff(now))
                return;
            var work = NeededWork(slot, first.Entry, now);
            if (work != ConnectionWork.None)
            {
                StartWork(slot, work);
                continue;
            }

            Grant(slot, first, now);
            // The next in the queue may have a session of its own.
            ServeReady(now, null);
        }
    }

    /// <summary>An idle connection for a key (null: unkeyed), in the order of preference. In the synchronous way it may be under reset yet.</summary>
    private Slot? PickIdle(KeyEntry? entry, Slot? offered)
    {
        if (Sticky && entry?.OwnIdle is { } own)
            return own;
        var common = _settings.IdleOrder == IdleOrder.Lifo ? _common.Last : _common.First;
        if (common is not null)
            return common;
        return offered is { State: SlotState.Idle } ? offered : null;
    }

    /// <summary>The first that is ready behind one that is under reset yet.</summary>
    private Slot? NextIdle(Slot slot)
    {
        Slot? next = slot;
        while (next is { State: not SlotState.Idle })
            next = _settings.IdleOrder == IdleOrder.Lifo ? IntrusiveList<Slot, Slot.InList>.Before(next) : IntrusiveList<Slot, Slot.InList>.After(next);
        return next;
    }

    /// <summary>What must be done to an idle connection before this key may have it.</summary>
    private ConnectionWork NeededWork(Slot slot, KeyEntry? entry, TimeSpan now)
    {
        if (_settings.DiscardOnKeyChange && slot.SessionUsed && !ReferenceEquals(slot.SessionOwner, entry))
            return ConnectionWork.Discard;
        return _settings.ValidateAfterIdle >= TimeSpan.Zero && now - slot.ProvenAt > _settings.ValidateAfterIdle
            ? ConnectionWork.Validate
            : ConnectionWork.None;
    }

    private void StartWork(Slot slot, ConnectionWork work, object? backend = null)
    {
        LeaveIdle(slot);
        Enter(slot, work is ConnectionWork.Validate or ConnectionWork.Terminate ? SlotState.Validating : SlotState.Resetting);
        slot.Work = work;
        Effects.Add(new Effect(EffectKind.Work) { Slot = slot, Work = work, Backend = backend });
    }

    /// <summary>A connection is free for the next one: for whoever waits, or for the idle ones.</summary>
    private void BecomeIdle(Slot slot, TimeSpan now)
    {
        Enter(slot, SlotState.Idle);
        // A connection that was only looked at was not used any later for it, and goes back to its place.
        if (slot.Work is not (ConnectionWork.Validate or ConnectionWork.Terminate) && !_common.Contains(slot))
            slot.IdleSince = now;
        slot.ProvenAt = now;
        slot.Work = ConnectionWork.None;
        WakeBy(slot.ExpiresAt);
        JoinIdle(slot);
        TerminateStaying();
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

    private bool IsOwned(Slot slot) => Sticky && slot.SessionOwner is not null;

    private void LeaveIdle(Slot slot)
    {
        if (!_common.Remove(slot))
            _owned.Remove(slot);
    }
}

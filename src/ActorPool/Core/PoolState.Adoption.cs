namespace ActorPool.Core;

/// <summary>
/// After a crash of whoever drove the core: a new state is built on the old one's slots, and each is adopted as what it turned out
/// to be. Nobody waits any more; who had a lease keeps it.
/// </summary>
internal sealed partial class PoolState
{
    /// <param name="crashed">The state of the driver that crashed; not to be used any more.</param>
    /// <param name="now">The present time.</param>
    public PoolState(PoolState crashed, TimeSpan now)
        : this(crashed._settings, crashed._keys, now, crashed._random, crashed._look, crashed._prependReset, crashed._slots)
    {
        _orders = crashed._orders;
        _collectAgainAt = crashed._collectAgainAt;
        _counts = crashed._counts.WithoutSizes();
        (IsPaused, _pausedAt) = (crashed.IsPaused, crashed._pausedAt);
        Phase = PoolPhase.Running;
        // Whoever waited was answered by the crashed driver; what is told of them later is stale.
        foreach (var waiter in crashed.AllWaiting().ToArray())
            waiter.State = WaiterState.Done;
        _keys.Recover();
    }

    /// <summary>Everybody who waits, wherever they stand: in the queue, or behind another request of their key.</summary>
    public IEnumerable<Waiter> AllWaiting() =>
        _queue.All
            .Concat(KeysInUse().SelectMany(entry => entry.HasWaiters ? entry.Waiters.Items : []))
            .Distinct();

    /// <summary>Takes over a slot. To be called for each, those of the oldest leases first.</summary>
    /// <param name="slot">The slot, as the crash left it.</param>
    /// <param name="fate">What stands there.</param>
    /// <param name="now">The present time.</param>
    public void Adopt(Slot slot, SlotFate fate, TimeSpan now)
    {
        var entry = slot.HeldFor;
        slot.Unlink();
        if (fate != SlotFate.Lent)
        {
            slot.Borrowers.Clear();
            slot.HasUnwatchedHolder = false;
        }

        switch (fate)
        {
            case SlotFate.Empty:
                _free.Push(slot);
                break;
            case SlotFate.Lent:
                AdoptLease(slot, entry);
                break;
            case SlotFate.Sound:
                // Who used the session is not known any more.
                slot.SessionUsed = true;
                slot.IdleSince = now;
                StartWork(slot, _settings.DiscardOnKeyChange || _settings.Reset == ResetMode.DiscardAll ? ConnectionWork.FullReset : ConnectionWork.Rollback, now);
                break;
            case SlotFate.Unsound:
                Abort(slot, CloseReason.Lost);
                break;
        }
    }

    /// <summary>All slots are adopted: the pool goes on.</summary>
    public void Recovered(TimeSpan now)
    {
        _keys.Recovered();
        WakeBy(now);
        Serve(now);
    }

    private IEnumerable<KeyEntry> KeysInUse() =>
        _slots.Select(slot => slot.HeldFor ?? slot.PreparingFor).Concat(_queue.All.Select(waiter => waiter.Entry)).OfType<KeyEntry>().Distinct();

    private void AdoptLease(Slot slot, KeyEntry? entry)
    {
        Enter(slot, SlotState.InUse);
        _lent.AddLast(slot);
        if (entry is not null)
        {
            entry.HeldBy = slot;
            slot.HeldFor = entry;
            slot.SessionOwner = entry;
            entry.Use(slot);
        }

        foreach (var borrower in slot.Borrowers)
            borrower.Slots.Add(slot);
    }
}

/// <summary>What a crash has left in a slot.</summary>
internal enum SlotFate : byte
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>A lease that is out.</summary>
    Lent,

    /// <summary>A connection that nobody has and nothing runs on.</summary>
    Sound,

    /// <summary>A connection that must go, or is going.</summary>
    Unsound,
}

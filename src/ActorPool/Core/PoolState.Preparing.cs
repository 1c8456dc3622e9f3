namespace ActorPool.Core;

/// <summary>
/// Sessions that the user's <see cref="PoolSettings.InitializeSession"/> makes ready for a key. Unlike other work it is bound to those
/// who wait for that key: they have had their turn, and a slow hook of theirs holds up nobody else.
/// </summary>
internal sealed partial class PoolState
{
    // Requests out of the queue, because a session is being made ready for their key.
    private int _preparing;

    // Slots on which that is done.
    private int _initializing;

    private static bool IsNewSession(Slot slot, KeyEntry? entry) =>
        !slot.SessionUsed || (entry is not null && (!entry.Knows(slot) || ReferenceEquals(slot.PreparedFor, entry)));

    private bool MustInitialize(Slot slot, KeyEntry? entry) =>
        _settings.InitializeSession is not null && entry is not null
        && !ReferenceEquals(slot.PreparedFor, entry) && IsNewSession(slot, entry);

    /// <summary>The session is this key's (null: of those without a key) from now on.</summary>
    private static void UseSession(Slot slot, KeyEntry? entry)
    {
        if (slot.PreparedFor is { } other && !ReferenceEquals(other, entry))
            other.Unlearn(slot);
        slot.PreparedFor = null;
        slot.SessionUsed = true;
        slot.SessionOwner = entry;
        entry?.Use(slot);
    }

    private void Prepare(Slot slot, KeyEntry entry, TimeSpan now)
    {
        UseSession(slot, entry);
        slot.PreparingFor = entry;
        entry.PreparingOn = slot;
        _initializing++;
        for (var waiter = entry.Waiters.First; waiter is not null; waiter = IntrusiveList<Waiter, Waiter.OfKey>.After(waiter))
        {
            if (waiter.State != WaiterState.Queued)
                continue;
            _queue.Remove(waiter);
            BePatient(waiter);
            waiter.State = WaiterState.Preparing;
            _preparing++;
        }

        if (!Exclusive)
            _mates -= entry.Waiters.Count - 1;
        StartWork(slot, ConnectionWork.Initialize, now);
    }

    /// <summary>The session is ready: those who wait for it get it. When nobody does any more, it is an idle one of the key.</summary>
    private void Prepared(Slot slot, KeyEntry entry, TimeSpan now)
    {
        slot.PreparedFor = entry;
        var isWithheld = IsPaused || IsExpired(slot, now) || IsOverMax;
        if (isWithheld)
            QueueAgain(slot, entry);
        else
            EndPreparing(slot, entry);
        while (!isWithheld && slot.State != SlotState.InUse && FirstPreparing(entry) is { } waiter)
            Grant(slot, waiter, now);
        if (slot.State == SlotState.InUse)
            Serve(now);
        else
            BecomeIdle(slot, now);
        _keys.Release(entry);
    }

    /// <summary>The hook failed: those for whom it was run learn why.</summary>
    private void RefusePreparing(Slot slot, KeyEntry entry, Exception error)
    {
        EndPreparing(slot, entry);
        while (FirstPreparing(entry) is { } waiter)
            LeaveRefused(waiter, PoolErrorKind.ConnectFailed, error);
        _keys.Release(entry);
    }

    /// <summary>The connection failed under the hook: those who waited for it stand where they stood before.</summary>
    private void QueueAgain(Slot slot, KeyEntry entry)
    {
        EndPreparing(slot, entry);
        var queued = 0;
        for (var waiter = entry.Waiters.First; waiter is not null; waiter = IntrusiveList<Waiter, Waiter.OfKey>.After(waiter))
        {
            if (waiter.State != WaiterState.Preparing)
                continue;
            _preparing--;
            queued++;
            _queue.AddLate(waiter);
            BecomeImpatient(waiter);
        }

        if (!Exclusive && queued > 0)
            _mates += queued - 1;
        // The pool may have been made smaller meanwhile.
        RefuseImpatient();
        _keys.Release(entry);
    }

    private void EndPreparing(Slot slot, KeyEntry entry)
    {
        slot.PreparingFor = null;
        entry.PreparingOn = null;
        _initializing--;
    }

    // Of an exclusive key the others are parked, and the one whose turn it is stands first.
    private static Waiter? FirstPreparing(KeyEntry entry) =>
        entry.HasWaiters && entry.Waiters.First is { State: WaiterState.Preparing } waiter ? waiter : null;
}

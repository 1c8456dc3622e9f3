using ActorPool.Core.Model;

namespace ActorPool.Core;

// Control: what an operator changes while the pool runs.
internal sealed partial class PoolState
{
    private TimeSpan _pausedAt;

    /// <summary>No connection is lent or opened. Requests wait; those that wait for no other borrower are refused.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>
    /// Every lease and every batch has ended, and its connection is rolled back or its backend gone. Tests, opens and closes of idle connections do not
    /// count: no borrower's work runs on them.
    /// </summary>
    public bool AllReturned => _slots.Count(SlotState.InUse) == 0 && _slots.Count(SlotState.Working) == 0 && _slots.Count(SlotState.Resetting) == 0 && !_slots.IsUseEnding;

    /// <summary>Sets new limits. Connections lent beyond the new maximum are closed on their return.</summary>
    public void Resize(int min, int max, TimeSpan now)
    {
        _size.Set(min, max);
        while (_size.IsOverMax && _slots.Idle.Oldest is { } idle)
            Close(idle, CloseReason.Surplus);
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.Opening && _size.IsOverMax)
                Abort(slot, CloseReason.Surplus);
        }

        RefuseNoWait();
        Serve(now);
        _alarm.By(now);
    }

    /// <summary>Replaces every connection: idle ones at once, those in use on their return.</summary>
    public void Drain(TimeSpan now)
    {
        _slots.Outdate();
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.Idle)
                Close(slot, CloseReason.Expired);
        }

        Serve(now);
    }

    public void Pause(TimeSpan now)
    {
        if (IsPaused)
            return;
        IsPaused = true;
        _pausedAt = now;
        _size.NoteMinimum(KeepsMin, now);
        RefuseNoWait();
    }

    public void Resume(TimeSpan now)
    {
        IsPaused = false;
        TrimIdle(now);
        Serve(now);
    }
}

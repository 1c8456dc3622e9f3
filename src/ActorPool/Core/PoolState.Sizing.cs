namespace ActorPool.Core;

// What an operator changes while the pool runs.
internal sealed partial class PoolState
{
    /// <summary>Nothing is lent or opened; requests wait, unless they wait for no other borrower.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>
    /// Everything that was lent has come back and is rolled back, or its backend is gone. Tests, opens and the closing of idle connections
    /// are the pool's own work: nothing of a borrower runs on those.
    /// </summary>
    public bool AllReturned => _counts.InUse == 0 && _counts.Resetting == 0 && _endingUse == 0;

    private bool IsOverMax => _counts.Taken - _counts.Closing > _settings.MaxConnections;

    /// <summary>Other limits from now on. What is lent beyond the new maximum is closed on its return.</summary>
    public void Resize(int min, int max, TimeSpan now)
    {
        _settings = _settings with { MinConnections = min, MaxConnections = max };
        CountSettings();
        while (IsOverMax && OldestIdle() is { } idle)
            Close(idle, CloseReason.Surplus);
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Opening && IsOverMax)
                Abort(slot, CloseReason.Surplus);
        }

        RefuseImpatient();
        Serve(now);
        WakeBy(now);
    }

    /// <summary>Replaces every connection: idle ones at once, those in use when they come back.</summary>
    public void Drain(TimeSpan now)
    {
        foreach (var slot in _slots)
        {
            slot.IsOutdated = slot.State is not (SlotState.Free or SlotState.Closing);
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
        NoteMinimum(now);
        RefuseImpatient();
    }

    public void Resume(TimeSpan now)
    {
        IsPaused = false;
        TrimIdle(now);
        Serve(now);
        WakeForStarvation();
    }

    private void CountSettings() => (_counts.Min, _counts.Max) = (_settings.MinConnections, _settings.MaxConnections);
}

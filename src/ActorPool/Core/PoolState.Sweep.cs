namespace ActorPool.Core;

internal sealed partial class PoolState
{
    private const int DueAtOnce = 1000;

    private readonly List<Waiter> _due = [];
    private TimeSpan _wakeAt = TimeSpan.MaxValue;

    /// <summary>When <see cref="Sweep"/> is to be called next, at the latest; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan WakeAt => _wakeAt;

    /// <summary>All that happens by the clock: deadlines, surplus idle connections, the next attempt to open.</summary>
    public void Sweep(TimeSpan now)
    {
        _due.Clear();
        var allDue = _deadlines.TakeDue(now, DueAtOnce, _due);
        foreach (var waiter in _due)
            Expire(waiter, now);
        _shortage = null;
        TrimIdle(now);
        EndLifetimes(now);
        LookAtHolds(now);
        LookAtIdle(now);
        TestIdle(now);
        FindSlow(now);
        _wakeAt = TimeSpan.MaxValue;
        _isStuck = false;
        _isSweeping = true;
        Serve(now);
        while (GiveUpStuck(now))
        {
            _isStuck = false;
            Serve(now);
        }

        CollectWhenStarved(now);
        _isSweeping = false;
        WakeBy(allDue ? NextWake(now) : now);
    }

    private void WakeBy(TimeSpan time)
    {
        if (time < _wakeAt)
            _wakeAt = time;
    }

    private void Expire(Waiter waiter, TimeSpan now)
    {
        var why = WhyWaiting(waiter, now);
        if (why.IsAboutOpens && _counts.InUse < _settings.MaxConnections && _backoff.LastError is { } error)
            LeaveRefused(waiter, PoolErrorKind.ConnectFailed, error);
        else
            LeaveRefused(waiter, PoolErrorKind.Timeout, why: why);
    }

    /// <summary>Closes idle connections beyond the minimum that were idle for too long, the oldest first.</summary>
    private void TrimIdle(TimeSpan now)
    {
        if (_settings.IdleTimeout < TimeSpan.Zero || IsNextOneIdle)
            return;
        while (_counts.Idle > _settings.MinConnections && OldestIdle() is { } slot && now - slot.IdleSince >= _settings.IdleTimeout)
            Close(slot, CloseReason.Idle);
    }

    private void TrimOrWakeFor(Slot slot, TimeSpan now)
    {
        if (_settings.IdleTimeout < TimeSpan.Zero || _counts.Idle <= _settings.MinConnections)
            return;
        if (IsNextOneIdle)
            WakeBy(now + SlowAfter);
        else if (_settings.IdleTimeout == TimeSpan.Zero)
            Close(slot, CloseReason.Surplus);
        else if (OldestIdle() is { } oldest)
            WakeBy(oldest.IdleSince + _settings.IdleTimeout);
    }

    /// <summary>With <c>idle-timeout = 0s</c>: the oldest request waits for its own session, and an idle connection is there for the next one.</summary>
    private bool IsNextOneIdle =>
        _settings.IdleTimeout == TimeSpan.Zero && Phase == PoolPhase.Running && !IsPaused && Demand > SoonReady && OwnIsBusy(_queue.First!.Entry);

    private Slot? OldestIdle()
    {
        var common = _common.First;
        while (common is not null && common.State != SlotState.Idle)
            common = IntrusiveList<Slot, Slot.InList>.After(common);
        var owned = _owned.First;
        if (common is null || owned is null)
            return common ?? owned;
        return common.IdleSince <= owned.IdleSince ? common : owned;
    }

    private TimeSpan NextWake(TimeSpan now)
    {
        var wake = _deadlines.NextDue();
        if (_settings.IdleTimeout >= TimeSpan.Zero && _counts.Idle > _settings.MinConnections && OldestIdle() is { } slot)
            wake = Earlier(wake, _settings.IdleTimeout == TimeSpan.Zero ? now + SlowAfter : slot.IdleSince + _settings.IdleTimeout);
        if (Phase == PoolPhase.Stopping)
            wake = Earlier(wake, _stopDeadline);
        wake = Earlier(wake, NextCollection(now));
        foreach (var one in _slots)
        {
            if (one.State is SlotState.Resetting && StuckAt(one) is var stuck && stuck > now)
                wake = Earlier(wake, stuck);
            if (one.State == SlotState.Idle)
                wake = Earlier(wake, Earlier(Earlier(one.ExpiresAt, _nextLook), NextTestOf(one)));
            else if (!Synchronous && one.State is (SlotState.Opening or SlotState.Resetting or SlotState.Validating) && one is { IsSlow: false, PreparingFor: null })
                wake = Earlier(wake, one.StartedAt + SlowAfter);
            else if (one.State == SlotState.InUse)
                wake = Earlier(wake, NextLookAt(one));
        }

        return wake;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan After(TimeSpan start, TimeSpan time) => time < TimeSpan.MaxValue - start ? start + time : TimeSpan.MaxValue;

    private void EndLifetimes(TimeSpan now)
    {
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Idle && now >= slot.ExpiresAt)
                Close(slot, CloseReason.Expired);
        }
    }

    /// <summary>Leases that are out for long: reported once, then taken back.</summary>
    private void LookAtHolds(TimeSpan now)
    {
        while (_settings.MaxHoldTime is { } most && _lent.First is { } oldest && now - oldest.LentAt >= most)
            EndByForce(oldest, LeaseEnd.HeldTooLong);
        if (_settings.LeakWarningAfter is not { } patience)
            return;
        for (var slot = _lent.First; slot is not null && now - slot.LentAt >= patience; slot = IntrusiveList<Slot, Slot.InList>.After(slot))
        {
            if (!slot.LeakWarned)
                Effects.Add(new Effect(EffectKind.LeakWarning) { Slot = slot });
            slot.LeakWarned = true;
        }
    }

    private void WakeForHold(Slot slot) => WakeBy(NextLookAt(slot));

    private TimeSpan NextLookAt(Slot slot)
    {
        var look = _settings.MaxHoldTime is { } most ? slot.LentAt + most : TimeSpan.MaxValue;
        return _settings.LeakWarningAfter is { } patience && !slot.LeakWarned ? Earlier(look, slot.LentAt + patience) : look;
    }
}

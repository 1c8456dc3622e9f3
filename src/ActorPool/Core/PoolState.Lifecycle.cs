namespace ActorPool.Core;

internal sealed partial class PoolState
{
    private TimeSpan _startDeadline;
    private TimeSpan _stopDeadline = TimeSpan.MaxValue;
    private Exception? _startError;
    private bool _reported;

    /// <summary>Opens the first <c>min-connections</c>. Ends in <see cref="EffectKind.Started"/> or <see cref="EffectKind.StartFailed"/>.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="patience">For how long errors that pass are tried again; null for <c>acquire-timeout</c>, negative for ever.</param>
    public void Start(TimeSpan now, TimeSpan? patience = null)
    {
        var most = patience ?? _settings.AcquireTimeout;
        _startDeadline = most < TimeSpan.Zero ? TimeSpan.MaxValue : now + most;
        if (_settings.MinConnections == 0)
            Run();
        Serve(now);
    }

    /// <summary>
    /// Ends everything now: requests are refused, leases end, connections are closed whatever runs on them.
    /// False when the pool is closed already. Ends in <see cref="EffectKind.AllClosed"/>.
    /// </summary>
    public bool CloseAll()
    {
        if (Phase == PoolPhase.Closed)
            return false;
        Phase = PoolPhase.Closed;
        Effects.Add(new Effect(EffectKind.LastClosing));
        foreach (var slot in _slots)
        {
            switch (slot.State)
            {
                case SlotState.InUse:
                    EndByForce(slot, LeaseEnd.PoolClosed);
                    break;
                case SlotState.Idle:
                    Close(slot, CloseReason.Pool);
                    break;
                case SlotState.Opening or SlotState.Resetting or SlotState.Validating:
                    Abort(slot, CloseReason.Pool);
                    break;
            }
        }

        RefuseAllWaiting(PoolErrorKind.Closed, null);
        FinishedClosing();
        return true;
    }

    /// <summary>Lends no more; what is borrowed may come back until the deadline, then the rest is closed as by <see cref="CloseAll"/>.</summary>
    public void Stop(TimeSpan now, TimeSpan patience)
    {
        if (Phase == PoolPhase.Stopping)
        {
            // A second order can only be more urgent.
            _stopDeadline = Earlier(_stopDeadline, now + patience);
            WakeBy(_stopDeadline);
            EndStopIfDue(now);
        }

        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
            return;
        Phase = PoolPhase.Stopping;
        _stopDeadline = now + patience;
        RefuseAllWaiting(PoolErrorKind.Closed, null);
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Idle)
                Close(slot, CloseReason.Pool);
            else if (slot.State is SlotState.Opening or SlotState.Resetting or SlotState.Validating)
                Abort(slot, CloseReason.Pool);
        }

        WakeBy(_stopDeadline);
        EndStopIfDue(now);
    }

    private void EndStopIfDue(TimeSpan now)
    {
        if (Phase == PoolPhase.Stopping && (_counts.InUse == 0 || now >= _stopDeadline))
            CloseAll();
    }

    private void Run()
    {
        Phase = PoolPhase.Running;
        Effects.Add(new Effect(EffectKind.Started));
    }

    private void FailStart(Exception error)
    {
        _startError = error;
        CloseAll();
    }

    /// <summary>Reports the end once, when the pool is closed and every slot empty.</summary>
    private bool FinishedClosing()
    {
        if (Phase != PoolPhase.Closed || _counts.Taken > 0)
            return Phase == PoolPhase.Closed;
        if (!_reported)
        {
            _reported = true;
            if (_startError is { } error)
                Effects.Add(new Effect(EffectKind.StartFailed) { Cause = error });
            Effects.Add(new Effect(EffectKind.AllClosed));
        }

        return true;
    }
}

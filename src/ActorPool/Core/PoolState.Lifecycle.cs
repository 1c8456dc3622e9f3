using ActorPool.Core.Model;

namespace ActorPool.Core;

// Start and end: the first connections, a graceful stop, the close of everything.
internal sealed partial class PoolState
{
    private TimeSpan _startDeadline;
    private TimeSpan _stopDeadline = TimeSpan.MaxValue;
    private Exception? _startError;
    private bool _isEndReported;

    /// <summary>Opens the first <c>min-connections</c>. Ends in <see cref="EffectKind.Started"/> or <see cref="EffectKind.StartFailed"/>.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="patience">How long opens are retried after errors that pass by themselves; null for <c>acquire-timeout</c>, negative for no limit.</param>
    public void Start(TimeSpan now, TimeSpan? patience = null)
    {
        var most = patience ?? _policy.AcquireTimeout;
        _startDeadline = most < TimeSpan.Zero ? TimeSpan.MaxValue : now + most;
        if (_size.Min == 0)
            Run();
        Serve(now);
    }

    /// <summary>
    /// Ends everything now: requests are refused, leases end, connections are closed, even those at work.
    /// False when the pool was already closed. <see cref="EffectKind.AllClosed"/> follows when every slot is free.
    /// </summary>
    public bool CloseAll()
    {
        if (Phase == PoolPhase.Closed)
            return false;
        Phase = PoolPhase.Closed;
        Effects.Add(new Effect(EffectKind.LastClosing));
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.InUse)
                EndByForce(slot, LeaseEnd.PoolClosed);
            else if (slot.State == SlotState.Working)
                Abort(slot, CloseReason.Pool);
            else
                CloseUnlent(slot);
        }

        RefuseAllWaiting(Refusal.Closed, null);
        FinishClosing();
        return true;
    }

    /// <summary>Lends no connection from now on. Borrowed ones may be returned until the deadline; then <see cref="CloseAll"/> closes the rest.</summary>
    public void Stop(TimeSpan now, TimeSpan patience)
    {
        if (Phase == PoolPhase.Stopping)
        {
            // A second stop can only bring the deadline forward.
            _stopDeadline = Time.Earlier(_stopDeadline, now + patience);
            _alarm.By(_stopDeadline);
            EndStopIfDue(now);
        }

        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
            return;
        Phase = PoolPhase.Stopping;
        _stopDeadline = now + patience;
        RefuseAllWaiting(Refusal.Closed, null);
        foreach (var slot in _slots.All)
            CloseUnlent(slot);
        _alarm.By(_stopDeadline);
        EndStopIfDue(now);
    }

    private void CloseUnlent(Slot slot)
    {
        if (slot.State == SlotState.Idle)
            Close(slot, CloseReason.Pool);
        else if (slot.Operation is not null)
            Abort(slot, CloseReason.Pool);
    }

    private void EndStopIfDue(TimeSpan now)
    {
        if (Phase == PoolPhase.Stopping && ((_slots.Count(SlotState.InUse) == 0 && _slots.Count(SlotState.Working) == 0) || now >= _stopDeadline))
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

    // The shell ends with the last connection, and a report that comes after that reaches no one.
    private void AnswerUnreported()
    {
        foreach (var statement in _waiting.Batches.SelectMany(batch => batch.Statements))
        {
            if (statement.IsAbandoned)
                continue;
            _waiting.Abandon(statement);
            Effects.Add(new Effect(EffectKind.Unanswered) { Waiter = statement });
        }
    }

    /// <summary>Reports the end once every slot is free. False while the pool is not closed.</summary>
    private bool FinishClosing()
    {
        if (Phase != PoolPhase.Closed || _slots.Taken > 0)
            return Phase == PoolPhase.Closed;
        if (_isEndReported)
            return true;
        _isEndReported = true;
        AnswerUnreported();
        if (_startError is { } error)
            Effects.Add(new Effect(EffectKind.StartFailed) { Cause = error });
        Effects.Add(new Effect(EffectKind.AllClosed));
        return true;
    }
}

using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;

namespace ActorPool.Core;

// Connections: starts opens, round trips and closes, and handles their reports.
internal sealed partial class PoolState
{
    internal static readonly Exception CrashWhileOpening = new InvalidOperationException("The actor that was opening a connection crashed.");

    // Backends that did not exit when their connection was ended.
    private readonly Queue<object> _survivors = new();

    /// <summary>Another attempt to open follows by itself, at once or after a pause.</summary>
    public bool WillOpen => IsLending && (_waiting.Count > 0 || _slots.Count(SlotState.Opening) > 0 || (_policy.KeepMin && _size.IsBelowMin));

    private TimeSpan NextAttempt => _backoff.NextAttempt(_waiting.Count > 0 || Phase == PoolPhase.Starting);

    private bool IsBackingOff(TimeSpan now) => now < NextAttempt;

    private bool KeepsMin => _policy.KeepMin && IsLending;

    /// <summary>Whether an open may start now. If only the pause after a failure prevents it, the pool wakes at the end of the pause.</summary>
    private bool CanOpen(TimeSpan now)
    {
        if (!_size.MayOpen(opensFail: _backoff.Failures > 0))
            return false;
        if (!IsBackingOff(now))
            return true;
        _alarm.By(NextAttempt);
        return false;
    }

    private void OpenForMin(TimeSpan now)
    {
        if (Phase != PoolPhase.Starting && !KeepsMin)
            return;
        while (_size.IsBelowMin && CanOpen(now))
            StartOpen(now);
    }

    private void StartOpen(TimeSpan now) => Effects.Add(new Effect(EffectKind.Open) { Slot = _slots.BeginOpen(now) });

    /// <summary>The connection of a slot is open.</summary>
    public void Opened(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Opening)
            return;
        if (!_backoff.FailedByCheck)
            _backoff.Succeeded();
        _slots.Opened(slot, _whenToTest.TestAfter(slot), now);
        Sessions.Begin(slot);
        Sessions.SetResetPending(slot, false);
        if (Phase == PoolPhase.Starting && _slots.Staying - _slots.Count(SlotState.Opening) + 1 >= _size.Min)
            Run();
        BecomeIdle(slot, now, wasUsed: true);
    }

    /// <summary>
    /// An attempt to open failed. It leaves no backend, unless the failure is <see cref="ConnectFailure.Unclear"/>: then the shell closes
    /// the connection and calls <see cref="Closed"/> later.
    /// </summary>
    public void OpenFailed(Slot slot, int incarnation, Exception error, ConnectFailure failure, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Opening)
            return;
        _backoff.Failed(now, error, failure);
        _tally.Counts.ConnectFailures++;
        if (failure == ConnectFailure.Unclear)
            _slots.BeginClose(slot, CloseReason.Lost);
        else
            _slots.Free(slot);
        if (Phase == PoolPhase.Starting && (failure is not (ConnectFailure.Passing or ConnectFailure.StartingUp) || NextAttempt > _startDeadline))
        {
            FailStart(error);
            return;
        }

        RefuseForFailure(error, failure);
        Serve(now);
    }

    /// <summary>The round trip of a slot succeeded: its connection works, and the work (a reset, for example) is done.</summary>
    public void WorkDone(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State is not (SlotState.Resetting or SlotState.Validating))
            return;
        var operation = slot.Operation!;
        if (operation.Work.Has(ConnectionWork.FullReset))
            Sessions.BeginForOwner(slot);
        if (operation.Work.Has(ConnectionWork.Check))
        {
            WhenToTest.Checked(slot, now);
            if (_backoff.FailedByCheck)
                _backoff.Succeeded();
        }

        WakeForTests(now);
        if (operation.InitializesFor is { } key)
            Initialized(slot, key, now);
        else
            BecomeIdle(slot, now, wasUsed: operation.Work.Has(ConnectionWorkKinds.OfReset));
    }

    /// <summary>The round trip of a slot failed: its connection is closed, and the queue is served again at once.</summary>
    /// <param name="slot">The slot of the connection.</param>
    /// <param name="incarnation">Which connection it was.</param>
    /// <param name="error">What happened.</param>
    /// <param name="byHook">A hook of the user failed; the connection may still work.</param>
    /// <param name="now">The present time.</param>
    /// <param name="isForAll">The hook's error may concern the other connections too, so they are tested.</param>
    public void WorkFailed(Slot slot, int incarnation, Exception error, bool byHook, TimeSpan now, bool isForAll = false)
    {
        if (slot.Incarnation != incarnation || slot.State is not (SlotState.Resetting or SlotState.Validating))
            return;
        var operation = slot.Operation!;
        // A new connection that fails its check counts as a failed open: without a pause the pool would open and close connections in a loop.
        if (byHook && !slot.Connection!.WasLent && operation.Work.Has(ConnectionWork.Check))
            _backoff.Failed(now, error, byCheck: true);
        if (byHook && operation.InitializesFor is { } key)
            RefuseInitializing(slot, key, error);
        Abort(slot, byHook ? CloseReason.Hook : CloseReason.Lost);
        WakeForTests(now);
        if (!byHook || isForAll)
            ValidateIdle(now);
        Serve(now);
    }

    /// <summary>A connection is closed and its backend gone: the slot is free.</summary>
    public void Closed(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Closing)
            return;
        _slots.Closed(slot);
        if (!FinishClosing())
            Serve(now);
    }

    /// <summary>The shell's part for this connection crashed, in any state: its lease ends, and the connection is closed.</summary>
    public void Lost(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State == SlotState.Free)
            return;
        WakeForTests(now);
        var worked = slot.State == SlotState.Working;
        // Nothing else reports the end of a batch that the connection has not begun.
        if (slot.Batch is { IsOver: false, HasBegun: false } unrun)
            BatchEnded(slot, unrun, ReturnCondition.Broken, now);
        if (worked && slot.State == SlotState.Closing)
            return;

        if (slot.State == SlotState.Opening)
            _backoff.Failed(now, CrashWhileOpening);
        if (slot.State == SlotState.InUse)
            EndByForce(slot, LeaseEnd.ConnectionLost);
        else
            Abort(slot, slot.Closing?.Reason ?? CloseReason.Lost);
        Serve(now);
    }

    /// <summary>A backend did not exit after its connection was cancelled and disconnected: the next idle connection terminates it.</summary>
    /// <param name="backend">The shell's name for it.</param>
    /// <param name="now">The present time.</param>
    public void BackendSurvived(object backend, TimeSpan now)
    {
        if (Phase != PoolPhase.Running)
            return;
        _survivors.Enqueue(backend);
        TerminateSurvivors(now);
    }

    // An idle connection of the pool does this: one opened for the purpose would exceed max-connections. The backend stays in the queue until
    // a connection is idle. If it has exited by then, nothing happens.
    private void TerminateSurvivors(TimeSpan now)
    {
        while (_survivors.Count > 0 && _slots.Idle.Oldest is { } idle)
            StartWork(idle, ConnectionWork.Terminate, now, backend: _survivors.Dequeue());
    }

    private void StartWork(Slot slot, ConnectionWork work, TimeSpan now, KeyEntry? key = null, object? backend = null, bool keepsPlace = false)
    {
        _slots.BeginWork(slot, work, now, key);
        Sessions.SetResetPending(slot, false);
        if (slot.State == SlotState.Resetting)
            _alarm.By(_whenToTest.StuckAt(slot));
        Effects.Add(new Effect(EffectKind.Work) { Slot = slot, Work = work, Backend = backend });
        if (keepsPlace)
            _slots.Idle.KeepPlace(slot);
    }

    /// <summary>Closes an idle connection, or one that was just returned.</summary>
    private void Close(Slot slot, CloseReason reason)
    {
        _slots.BeginClose(slot, reason);
        Effects.Add(new Effect(EffectKind.Close) { Slot = slot });
    }

    /// <summary>Ends a connection on which something may be in flight.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="reason">Why it is closed.</param>
    /// <param name="stuck">The work that took too long.</param>
    private void Abort(Slot slot, CloseReason reason, ConnectionWork stuck = ConnectionWork.None)
    {
        var key = slot.Operation?.InitializesFor;
        _slots.BeginClose(slot, reason);
        if (key is not null)
            EndInitialization(key);
        Effects.Add(new Effect(EffectKind.Abort) { Slot = slot, Work = stuck });
    }

    /// <summary>
    /// Refuses the requests that wait for no other borrower and counted on the failed open. The others keep waiting, unless the error is
    /// permanent and the pool has no other connection.
    /// </summary>
    private void RefuseForFailure(Exception error, ConnectFailure failure)
    {
        if (failure == ConnectFailure.Permanent && _slots.Taken == 0)
        {
            RefuseAllWaiting(Refusal.ConnectFailed, error);
            return;
        }

        while (_waiting.Demand > _slots.InFlight.SoonReady + _slots.InFlight.SoonOpen && _waiting.FirstNoWait is { } first)
            Refuse(first, Refusal.ConnectFailed, error);
    }
}

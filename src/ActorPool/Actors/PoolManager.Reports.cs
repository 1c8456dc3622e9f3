using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool;

// The reports of the connection actors.
public sealed partial class PoolManager
{
    private void Handle(IConnectionReport report, TimeSpan now)
    {
        if (_pool.Ended)
            return;
        switch (report)
        {
            case ConnectionOpened opened:
                _reports.Opened(opened.Slot, opened.Incarnation, now);
                break;
            case ConnectionFailed failed:
                OpenFailed(failed, ConnectErrors.KindOf(failed.Error), now);
                break;
            case WorkEnded { Error: { } error } work:
                _reports.WorkFailed(work.Slot, work.Incarnation, error, now);
                break;
            case WorkEnded work:
                _reports.WorkDone(work.Slot, work.Incarnation, now);
                break;
            case BatchEnded ended:
                _state.BatchEnded(ended.Slot, ended.Batch, ended.Condition, now);
                break;
            case ConnectionEnded ended:
                _state.Closed(ended.Slot, ended.Incarnation, now);
                break;
            case BackendSurvived survived:
                _reports.BackendSurvived(survived.Backend, now);
                break;
            case ConnectionStopped stopped when _connections.NoteStop(stopped):
                _log.ConnectionActorStopped();
                _state.Lost(stopped.Slot, stopped.Incarnation, now);
                break;
        }
    }

    private void OpenFailed(ConnectionFailed failed, ConnectFailure kind, TimeSpan now)
    {
        // The pool aborted the open at the moment at which it failed: its actor has stopped, and no connection is left.
        if (failed.Slot.State == SlotState.Closing && kind != ConnectFailure.Unclear)
            _state.Closed(failed.Slot, failed.Incarnation, now);
        else
            _reports.OpenFailed(failed.Slot, failed.Incarnation, failed.Error, kind, now);
    }
}

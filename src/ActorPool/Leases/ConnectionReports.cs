using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Telemetry;

namespace ActorPool.Leases;

/// <summary>Passes the results of a connection's I/O to the core and logs those that an operator must know; the same for every shell.</summary>
internal sealed class ConnectionReports(PoolState state, IConnectionSource source, PoolLog log)
{
    public void Opened(Slot slot, int incarnation, TimeSpan now)
    {
        var error = state.LastConnectError;
        state.Opened(slot, incarnation, now);
        LogRecovery(error);
        log.Limited(source.Limitation);
    }

    public void OpenFailed(Slot slot, int incarnation, Exception error, ConnectFailure kind, TimeSpan now)
    {
        var isFirst = state.LastConnectError is null;
        state.OpenFailed(slot, incarnation, error, kind, now);
        if (isFirst && state.LastConnectError is not null)
            log.OpenFailed(state, source.Server, error, ConnectAdvice.Remedy(error));
    }

    public void WorkDone(Slot slot, int incarnation, TimeSpan now)
    {
        var error = state.LastConnectError;
        state.WorkDone(slot, incarnation, now);
        LogRecovery(error);
    }

    public void WorkFailed(Slot slot, int incarnation, Exception error, TimeSpan now)
    {
        var hook = error as HookFailedException;
        // A connection that the pool closed meanwhile is reported by its end.
        if (slot.Incarnation == incarnation && slot.State is SlotState.Resetting or SlotState.Validating)
        {
            if (hook is not null)
                log.HookFailed(hook.Hook, hook.Error);
            else
                log.WorkFailed(slot.State, error);
        }

        state.WorkFailed(slot, incarnation, error, hook is not null, now, hook is { Retires: true });
    }

    public void BackendSurvived(BackendIdentity backend, TimeSpan now)
    {
        log.BackendSurvived(backend.ProcessId, state.Phase == PoolPhase.Running);
        state.BackendSurvived(backend, now);
    }

    private void LogRecovery(Exception? before)
    {
        if (before is not null && state.LastConnectError is null)
            log.OpensAgain();
    }
}

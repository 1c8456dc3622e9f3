using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;

namespace ActorPool.Simple;

// Carries out the decisions of the core, and posts the results of the I/O that they start.
internal sealed partial class SimpleShell
{
    private void CarryOut()
    {
        var effects = _state.Effects;
        var done = 0;
        try
        {
            while (done < effects.Count)
                CarryOut(effects[done++], Now);
        }
        finally
        {
            // No effect is carried out twice, even when one of them throws.
            effects.RemoveRange(0, done);
            _leases.Refusals.EndStep();
        }
    }

    private void CarryOut(in Effect effect, TimeSpan now)
    {
        var slot = effect.Slot!;
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                var granted = (SimpleRequest)effect.Waiter!;
                granted.Lease = _leases[slot].Lend(granted.Key, granted.Origin);
                break;
            case EffectKind.Join:
                var joined = (SimpleRequest)effect.Waiter!;
                joined.Lease = _leases[slot].Join(joined.Key, joined.Origin);
                break;
            case EffectKind.Refuse:
                var refused = (SimpleRequest)effect.Waiter!;
                var failure = _leases.Refusals.OfRequest(effect, refused.Origin, now);
                refused.Failure = failure with { Request = failure.Request! with { MayWait = false } };
                break;
            case EffectKind.Open:
                Open(slot);
                break;
            case EffectKind.Work:
                Work(slot, effect);
                break;
            case EffectKind.Close:
                End(slot, _leases[slot].Connection!.CloseAsync());
                break;
            case EffectKind.Abort:
                if (effect.Work != ConnectionWork.None)
                    _log.WorkStuck(effect.Work);
                End(slot, _leases[slot].Connection!.AbortAsync(backend => _results.Post(now => _reports.BackendSurvived(backend, now))));
                break;
            case EffectKind.EndLease:
                _leases.End(slot, effect.End, now);
                break;
            case EffectKind.LeakWarning:
                _leases.WarnOfLeak(slot, now);
                break;
            case EffectKind.LastClosing:
                _source.EndWaiting();
                break;
            case EffectKind.Started:
                _isStarted = true;
                _log.Started(PoolSettingsText.Changed(Settings));
                _log.Limited(_source.Limitation);
                break;
            case EffectKind.StartFailed:
                _startFailure = _leases.Refusals.OfStart(effect.Cause);
                break;
        }
    }

    private void Open(Slot slot)
    {
        var (connection, incarnation) = (_leases.Opening(slot, _source.Create()).Connection!, slot.Incarnation);
        _results.PostEnd(
            connection.OpenAsync(),
            now => _reports.Opened(slot, incarnation, now),
            (error, now) =>
            {
                var failure = ConnectErrors.KindOf(error);
                _reports.OpenFailed(slot, incarnation, error, failure, now);
                // The server may have a backend of it for a moment.
                if (failure == ConnectFailure.Unclear)
                    End(slot, connection.AbortAsync());
            });
    }

    private void Work(Slot slot, in Effect effect)
    {
        var (connection, incarnation) = (_leases[slot].Connection!, slot.Incarnation);
        _results.PostEnd(
            effect.Backend is BackendIdentity backend ? connection.TerminateAsync(backend) : connection.WorkAsync(effect.Work, slot.Operation?.InitializesFor?.Key),
            now => _reports.WorkDone(slot, incarnation, now),
            (error, now) => _reports.WorkFailed(slot, incarnation, error, now));
    }

    private void End(Slot slot, Task end)
    {
        var incarnation = slot.Incarnation;
        _results.PostEnd(end, now => _state.Closed(slot, incarnation, now), (_, now) => _state.Closed(slot, incarnation, now));
    }
}

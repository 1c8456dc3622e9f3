using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Testing.Connections;

namespace ActorPool.Testing.Pool;

// Carries out the decisions of the core. What it does to a connection is done, and reported to the core, before the next decision.
internal sealed partial class TestPool
{
    private void CarryOut()
    {
        // Reports add effects to the list.
        for (var i = 0; i < _state.Effects.Count; i++)
            CarryOut(_state.Effects[i]);
        _state.Effects.Clear();
        _leases.Refusals.EndStep();
    }

    private void CarryOut(in Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                var granted = (TestRequest)effect.Waiter!;
                var lease = _leases[effect.Slot!].Lend(granted.Key, granted.Origin);
                _granted.RemoveAll(static lease => lease.IsOver);
                _granted.Add(lease);
                Answer(granted, lease);
                break;
            case EffectKind.Join:
                var joined = (TestRequest)effect.Waiter!;
                Answer(joined, _leases[effect.Slot!].Join(joined.Key, joined.Origin));
                break;
            case EffectKind.Refuse:
                var refused = (TestRequest)effect.Waiter!;
                var failure = _leases.Refusals.OfRequest(effect, refused.Origin, Now);
                Answer(refused, effect.Refusal == Refusal.ConnectFailed ? OpenFailed(failure.Cause!) : failure.ToException());
                break;
            case EffectKind.Open:
                Open(effect.Slot!);
                break;
            case EffectKind.Work:
                Work(effect.Slot!, effect.Work);
                break;
            case EffectKind.Close:
            case EffectKind.Abort:
                End(effect.Slot!);
                break;
            case EffectKind.EndLease:
                _leases.End(effect.Slot!, effect.End, Now);
                break;
        }
    }

    private void Answer(TestRequest request, PooledConnection lease) => _answers.Add(() => request.Deliver(lease));

    private void Answer(TestRequest request, Exception error) => _answers.Add(() => request.Refuse(error));

    private void Open(Slot slot)
    {
        var connection = (TestPhysicalConnection)_connections.Create();
        connection.Place = _leases.Opening(slot, connection);
        var incarnation = slot.Incarnation;
        try
        {
            connection.OpenAsync();
        }
        catch (Exception error)
        {
            _reports.OpenFailed(slot, incarnation, error, ConnectFailure.Other, Now);
            RefuseQueued(error);
            return;
        }

        _reports.Opened(slot, incarnation, Now);
    }

    /// <summary>A real pool tries again until a request times out. A function that fails would fail again.</summary>
    private void RefuseQueued(Exception error)
    {
        foreach (var request in _waiting.Where(static request => request.State == WaiterState.Queued).ToArray())
        {
            _state.Cancel(request, Now);
            _state.CountRefusal(Refusal.ConnectFailed);
            Answer(request, OpenFailed(error));
        }
    }

    private PoolException OpenFailed(Exception error) =>
        (_leases.Refusals.Of(PoolErrorKind.ConnectFailed, error) with { Detail = OpenFailure.What, Advice = OpenFailure.Remedy, Server = null }).ToException();

    private void Work(Slot slot, ConnectionWork work)
    {
        var incarnation = slot.Incarnation;
        try
        {
            _leases[slot].Connection!.WorkAsync(work);
        }
        catch (Exception error)
        {
            _reports.WorkFailed(slot, incarnation, error, Now);
            return;
        }

        _reports.WorkDone(slot, incarnation, Now);
    }

    private void End(Slot slot)
    {
        var incarnation = slot.Incarnation;
        try
        {
            _leases[slot].Connection!.AbortAsync();
        }
        catch (Exception)
        {
            // A fake that throws when it is closed is closed for the pool.
        }

        _state.Closed(slot, incarnation, Now);
    }
}

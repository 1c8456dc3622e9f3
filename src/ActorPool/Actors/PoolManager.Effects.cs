using System.Runtime.InteropServices;
using ActorPool.Actors;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool;

// Carries out the decisions of the core: answers to borrowers, orders to connections.
public sealed partial class PoolManager
{
    private void CarryOut(TimeSpan now)
    {
        // If a grant cannot be delivered, its connection is put back, which appends effects to this list; the loop runs them too.
        var effects = _state.Effects;
        for (var i = 0; i < effects.Count; i++)
        {
            CarryOut(CollectionsMarshal.AsSpan(effects)[i], now);
            // An effect is carried out once, also when the manager crashes here: its request may be used again.
            CollectionsMarshal.AsSpan(effects)[i] = default;
            if (i == effects.Count - 1 && _undelivered.Count > 0)
                TakeBackUndelivered(now);
        }

        effects.Clear();
        _leases.Refusals.EndStep();
    }

    private void CarryOut(in Effect effect, TimeSpan now)
    {
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                Grant(effect.Slot!, (BorrowRequest)effect.Waiter!, now);
                break;
            case EffectKind.Join:
                Join(effect.Slot!, (BorrowRequest)effect.Waiter!, now);
                break;
            case EffectKind.Run:
                _connections.Run(effect.Slot!);
                break;
            case EffectKind.CancelStatement:
                _connections.Cancel(effect.Slot!, effect.Index);
                break;
            case EffectKind.Late:
                ((IStatementRequest)effect.Waiter!).Late();
                break;
            case EffectKind.Unanswered:
                ((IStatementRequest)effect.Waiter!).FailUnanswered(PoolFailure.Closed(_pool.Name));
                break;
            case EffectKind.Refuse when effect.Waiter is IStatementRequest statement:
                statement.Refuse(_leases.Refusals.OfStatement(effect, now));
                break;
            case EffectKind.Refuse:
                var refused = (BorrowRequest)effect.Waiter!;
                Refuse(refused, _leases.Refusals.OfRequest(effect, refused.Origin, now));
                break;
            case EffectKind.Open:
                _connections.Open(_leases.Opening(effect.Slot!, _pool.Source.Create()));
                break;
            case EffectKind.Work:
                _connections.Work(effect);
                break;
            case EffectKind.Close:
                End(effect.Slot!, EndConnection.Gentle);
                break;
            case EffectKind.Abort:
                if (effect.Work != ConnectionWork.None)
                    _log.WorkStuck(effect.Work);
                End(effect.Slot!, EndConnection.Forced);
                break;
            case EffectKind.EndLease:
                var held = _leases[effect.Slot!].HeldFor(now);
                if (_leases.End(effect.Slot!, effect.End, now))
                    _pool.Metrics.UsedLater(held);
                break;
            case EffectKind.LeakWarning:
                _leases.WarnOfLeak(effect.Slot!, now);
                break;
            case EffectKind.Collect:
                _log.Starved();
                // A collection can stop the thread that requests it.
                _ = Task.Run(static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false));
                break;
            case EffectKind.Unwatch:
                _watch.UnwatchIfDone(effect.Borrower);
                break;
            case EffectKind.Started:
                _log.Started(PoolSettingsText.Changed(_pool.Settings));
                _log.Limited(_pool.Source.Limitation);
                EndStart()?.Complete();
                break;
            case EffectKind.StartFailed:
                EndStart()?.Fail(_leases.Refusals.OfStart(effect.Cause));
                break;
            case EffectKind.LastClosing:
                _pool.Source.EndWaiting();
                break;
            case EffectKind.AllClosed:
                AnswerClose();
                break;
        }
    }

    private void Grant(Slot slot, BorrowRequest request, TimeSpan now)
    {
        var lease = _leases[slot].Lend(request.Key, request.Origin);
        if (!Deliver(lease, request, now))
            _undelivered.Add(lease);
    }

    private void Join(Slot slot, BorrowRequest request, TimeSpan now)
    {
        var place = _leases[slot];
        LogSharing(place.Origin, request.Origin);
        var lease = place.Join(request.Key, request.Origin);
        if (Deliver(lease, request, now))
            _undelivered.Remove(lease);
    }

    /// <summary>Answers with the lease. False when it is known not to have reached the caller.</summary>
    private bool Deliver(PooledConnection lease, BorrowRequest request, TimeSpan now)
    {
        if (request is not AskRequest ask)
            return request.Deliver(lease, _self);
        _watch.StopWatching(ask);
        if (!ask.Deliver(lease, _self))
            return false;
        _pool.Metrics.WaitedLater(now - ask.Since);
        return true;
    }

    private void Refuse(BorrowRequest request, PoolFailure failure)
    {
        if (request is AskRequest ask)
            _watch.StopWatching(ask);
        request.Refuse(failure, _self);
    }

    private void End(Slot slot, EndConnection order)
    {
        // When the manager itself stops, its children have stopped before it and closed their connections.
        if (!_isStopping)
            _connections.End(_leases[slot], order);
    }

    private PoolOrder? EndStart()
    {
        var start = _start;
        _start = null;
        return start;
    }

    /// <summary>Two borrowers use one connection. Callers of the facade have no name; each of their requests counts as a borrower.</summary>
    private void LogSharing(LeaseOrigin first, LeaseOrigin second)
    {
        if (_pool.Settings.SharedKeyWarning && !(second.Actor is { } actor && actor.Equals(first.Actor)))
            _log.SharedKey(first, second);
    }
}

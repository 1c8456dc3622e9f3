using System.Runtime.InteropServices;
using ActorPool.Actors;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

// Carrying out what the core decided, and its connections' reports.
public sealed partial class PoolManager
{
    private void CarryOut(TimeSpan now)
    {
        // An answer that nobody took brings a connection back, and the core to decide on more; that is then found behind it.
        var effects = _state.Effects;
        for (var i = 0; i < effects.Count; i++)
        {
            CarryOut(CollectionsMarshal.AsSpan(effects)[i], now);
            // What is carried out must not be answered a second time after a crash: its request may be used again.
            CollectionsMarshal.AsSpan(effects)[i] = default;
            if (i == effects.Count - 1 && _undelivered.Count > 0)
                TakeBackUndelivered(now);
        }

        effects.Clear();
        _explained = null;
    }

    private void CarryOut(in Effect effect, TimeSpan now)
    {
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                Grant(effect.Slot!, effect.Waiter!, now);
                break;
            case EffectKind.Join:
                Join(_records[effect.Slot!.Index], effect.Waiter!, now);
                break;
            case EffectKind.Refuse:
                Refuse(effect.Waiter!, effect, now);
                break;
            case EffectKind.Open:
                Open(effect.Slot!);
                break;
            case EffectKind.Work:
                Work(_records[effect.Slot!.Index], effect);
                break;
            case EffectKind.Close:
                End(_records[effect.Slot!.Index], EndConnection.Gentle);
                break;
            case EffectKind.Abort:
                if (effect.Work != ConnectionWork.None)
                    _log.Warning("Pool {Pool}: a connection did not finish its {Work} within validate-timeout while requests waited; it is discarded and replaced.", _cell.Name, effect.Work);
                End(_records[effect.Slot!.Index], EndConnection.Forced);
                break;
            case EffectKind.EndLease:
                EndLease(_records[effect.Slot!.Index], effect.End, now);
                break;
            case EffectKind.LeakWarning:
                WarnOfLeak(_records[effect.Slot!.Index], now);
                break;
            case EffectKind.Collect:
                Collect();
                break;
            case EffectKind.Unwatch:
                Unwatch(effect.Borrower);
                break;
            case EffectKind.Started:
                ReportStart();
                _start?.Complete();
                _start = null;
                break;
            case EffectKind.StartFailed:
                _start?.Fail(FailureOf(PoolErrorKind.ConnectFailed, effect.Cause) with { Detail = PoolFailure.NotStarted });
                _start = null;
                break;
            case EffectKind.LastClosing:
                _cell.Source.EndWaiting();
                break;
            case EffectKind.AllClosed:
                ReportAllClosed();
                break;
        }
    }

    private void Grant(Slot slot, Waiter waiter, TimeSpan now)
    {
        var record = _records[slot.Index];
        record.Holders = 1;
        var lease = record.Lend(_cell, waiter.Key, OriginOf(waiter));
        if (!Hand(lease, waiter, now))
            _undelivered.Add(lease);
    }

    private void Join(SlotRecord record, Waiter waiter, TimeSpan now)
    {
        record.Holders++;
        WarnOfSharing(record, OriginOf(waiter));
        // The first object may have been collected a moment ago: its lease goes on with another one.
        var lease = record.Lease ?? record.Lend(_cell, waiter.Key, OriginOf(waiter));
        if (Hand(lease, waiter, now))
            _undelivered.Remove(lease);
    }

    private static LeaseOrigin OriginOf(Waiter waiter) =>
        waiter switch
        {
            AcquireRequest request => request.Origin,
            AskRequest ask => ask.Origin,
            _ => default,
        };

    /// <summary>Leases of which every asker ended at the very moment of the grant: nobody has them.</summary>
    private void TakeBackUndelivered(TimeSpan now)
    {
        _cell.Gauges.Change();
        foreach (var lease in _undelivered)
        {
            if (!lease.TryEnd(LeaseEnd.Returned))
                continue;
            var record = _records[lease.Slot.Index];
            record.TakeBack();
            _state.PutUnused(lease.Slot, lease.LeaseId, record.Connection!.Release(lease.DriverWasUsed), now);
        }

        _undelivered.Clear();
        Publish();
    }

    /// <summary>Gives the lease to the waiter. False when it is known not to have got it.</summary>
    private bool Hand(PooledConnection lease, Waiter waiter, TimeSpan now)
    {
        switch (waiter)
        {
            case AcquireRequest request:
                request.Complete(lease);
                return true;
            case AskRequest ask:
                StopWatching(ask);
                if (!ask.Complete(lease, Self))
                    return false;
                _cell.Metrics.WaitedLater(now - ask.Since);
                return true;
            default:
                return true;
        }
    }

    private void Refuse(Waiter waiter, in Effect effect, TimeSpan now)
    {
        var failure = Explain(effect, now) with { Request = RefusedRequest.Of(waiter, OriginOf(waiter), effect.Why, now) };
        switch (waiter)
        {
            case AcquireRequest request:
                request.Fail(failure);
                break;
            case AskRequest ask:
                StopWatching(ask);
                ask.Fail(failure.ToException(), Self);
                break;
        }
    }

    /// <summary>The facts are noted once for all the requests that one step refuses for one reason.</summary>
    private PoolFailure Explain(in Effect effect, TimeSpan now)
    {
        if (_explained is { } same && ReferenceEquals(same.Why, effect.Why) && same.Failure.Kind == PoolErrorKinds.Of(effect.Refusal) && ReferenceEquals(same.Cause, effect.Cause))
            return same.Failure;
        var failure = FailureOf(PoolErrorKinds.Of(effect.Refusal), effect.Cause);
        if (effect.Why is { } why)
            failure = failure with { Cause = why.IsAboutOpens ? failure.Cause : null, Obstacle = Obstacle.Of(why, failure.Kind, _records, _cell.Settings, now) };
        _explained = (failure, effect.Why, effect.Cause);
        return failure;
    }

    private void Open(Slot slot)
    {
        if (slot.Index == _records.Count)
            _records.Add(new SlotRecord(slot));
        var record = _records[slot.Index];
        record.Connection = _cell.Source.Create();
        record.Incarnation = slot.Incarnation;
        record.Attempt = 0;
        Hear(_cell, record);
        Employ(record);
        record.Actor!.Tell(OpenConnection.Instance);
    }

    private static void Work(SlotRecord record, in Effect effect) =>
        record.Actor!.Tell(WorkOn.Of(effect));

    /// <summary>Gives the connection of a slot an actor: its first, or another after a crash.</summary>
    private void Employ(SlotRecord record)
    {
        var slot = record.Slot;
        record.Attempt++;
        record.ActorStopped = false;
        var name = record.Attempt == 1 ? $"connection-{slot.Index}-{slot.Incarnation}" : $"connection-{slot.Index}-{slot.Incarnation}-{record.Attempt}";
        record.Actor = Context.ActorOf(ConnectionActor.Props(slot, slot.Incarnation, record.Connection!, _cell.Metrics), name);
        Context.WatchWith(record.Actor, new ConnectionStopped(slot, slot.Incarnation, record.Attempt));
    }

    private void End(SlotRecord record, EndConnection order)
    {
        // When the manager itself stops, its children have stopped before it, and each ends its connection with itself.
        if (_stopping)
            return;
        if (record.ActorStopped)
            Employ(record);
        record.Actor!.Tell(order);
    }

    private void EndLease(SlotRecord record, LeaseEnd end, TimeSpan now)
    {
        var lease = record.Lease;
        record.Connection?.EndLease(end);
        var isOver = lease is null || lease.TryEnd(end);
        if (isOver)
            _cell.Metrics.UsedLater(now - record.Slot.LentAt);
        if (lease is not null && isOver && end is not LeaseEnd.PoolClosed)
            _log.Warning("Pool {Pool}: a lease was ended after {Seconds} s, because {Reason}; its connection is discarded. Borrowed by {Borrower}", _cell.Name, SecondsHeld(record, now), LeaseEnds.Why(end), record.Origin);
        else if (end == LeaseEnd.Forgotten)
            _log.Warning("Pool {Pool}: a connection was borrowed and not returned; it is taken back after {Seconds} s, since the garbage collector found its lease, and discarded. Dispose what you borrow. Borrowed by {Borrower}", _cell.Name, SecondsHeld(record, now), record.Origin);
        record.TakeBack();
    }

    private void Collect()
    {
        _log.Warning("Pool {Pool}: all connections are lent, requests wait, and nothing was returned for {Seconds} s. The pool asks for a garbage collection, which finds forgotten leases. Return what you borrow.", _cell.Name, PoolState.StarvedAfter.TotalSeconds);
        // It can stop the thread that asks for it.
        _ = Task.Run(static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false));
    }

    private void WarnOfLeak(SlotRecord record, TimeSpan now) =>
        _log.Warning("Pool {Pool}: a connection has been held for {Seconds} s and not been returned. Borrowed by {Borrower}", _cell.Name, SecondsHeld(record, now), record.Origin);

    private static double SecondsHeld(SlotRecord record, TimeSpan now) => Math.Round((now - record.Slot.LentAt).TotalSeconds, 1);

    private void ReportStart()
    {
        _log.Info("Pool {Pool} has started: {Settings}", _cell.Name, PoolSettingsText.Changed(_cell.Settings));
        ReportLimitation();
    }

    /// <summary>Known at the start, or when the first connection is open.</summary>
    private void ReportLimitation()
    {
        if (_cell.Source.Limitation is not { } limitation || _cell.LimitationTold)
            return;
        _cell.LimitationTold = true;
        _log.Warning("Pool {Pool}: {Limitation} The pool works without them: it is safe, and slower.", _cell.Name, limitation);
    }

    private void ReportAllClosed()
    {
        foreach (var order in _closing)
            order.Complete();
        _closing.Clear();
        foreach (var closer in _closers)
            closer.Tell(AllClosed.Instance, Self);
        _closers.Clear();
    }

    private void Failed(ConnectionFailed failed, TimeSpan now)
    {
        var (slot, kind) = (failed.Slot, ConnectErrors.KindOf(failed.Error));
        // The pool gave the open up in the moment in which it failed by itself: its actor has stopped, and nothing is left of it.
        if (slot.State == SlotState.Closing && kind != ConnectFailure.Unclear)
        {
            _state.Closed(slot, failed.Incarnation, now);
            return;
        }

        var isNews = slot.State == SlotState.Opening && slot.Incarnation == failed.Incarnation && _state.LastConnectError is null;
        _state.OpenFailed(slot, failed.Incarnation, failed.Error, kind, now);
        if (!isNews)
            return;
        // A start that failed gives the error to its caller.
        if (_state.Phase == PoolPhase.Starting)
            _log.Warning("Pool {Pool}: it cannot start yet, and tries again for at most acquire-timeout: {Reason} ({Server}). {Remedy}", _cell.Name, failed.Error.Message, _cell.Source.Server, ConnectAdvice.For(failed.Error));
        else if (_state.Phase == PoolPhase.Running)
            _log.Warning("Pool {Pool}: a connection to {Server} could not be opened: {Reason}. {Remedy} {Next}", _cell.Name, _cell.Source.Server, failed.Error.Message.TrimEnd('.'), RemedyOf(failed.Error), _state.WillOpen ? "The pool tries again, with pauses." : "The next request tries again.");
    }

    private static string RemedyOf(Exception error) =>
        error is HookFailedException ? "The hook must leave the connection open and idle, outside a transaction." : ConnectAdvice.For(error);

    private void Opened(ConnectionOpened opened, TimeSpan now)
    {
        var failed = _state.LastConnectError is not null;
        _state.Opened(opened.Slot, opened.Incarnation, now);
        ReportRecovery(failed);
        ReportLimitation();
    }

    private void ReportRecovery(bool failed)
    {
        if (failed && _state.LastConnectError is null)
            _log.Info("Pool {Pool}: connections can be opened again.", _cell.Name);
    }

    private void Worked(WorkEnded work, TimeSpan now)
    {
        if (work.Error is null)
        {
            var failed = _state.LastConnectError is not null;
            _state.WorkDone(work.Slot, work.Incarnation, now);
            ReportRecovery(failed);
            return;
        }

        var hook = work.Error as HookFailedException;
        // A connection that the pool has ended meanwhile is reported by its end.
        if (work.Slot.Incarnation == work.Incarnation && work.Slot.State is SlotState.Resetting or SlotState.Validating)
            ReportFailedWork(work, hook);
        _state.WorkFailed(work.Slot, work.Incarnation, work.Error, hook is not null, now, hook is { Retires: true });
    }

    private void ReportFailedWork(WorkEnded work, HookFailedException? hook)
    {
        if (hook is not null)
            _log.Warning("Pool {Pool}: the hook {Hook} failed on a connection, which is closed: {Reason}", _cell.Name, hook.Hook, hook.Error.Message);
        else
            _log.Info("Pool {Pool}: a connection is closed, because it failed while it was {Work}: {Reason}", _cell.Name, work.Slot.State == SlotState.Resetting ? "reset" : "validated", work.Error!.Message);
    }

    private void Stopped(ConnectionStopped stopped, TimeSpan now)
    {
        var record = _records[stopped.Slot.Index];
        if (record.Slot.Incarnation != stopped.Incarnation || record.Attempt != stopped.Attempt || record.Slot.State == SlotState.Free)
            return;
        record.ActorStopped = true;
        _log.Warning("Pool {Pool}: the actor that owned a connection has stopped unexpectedly; the connection is closed.", _cell.Name);
        _state.Lost(stopped.Slot, stopped.Incarnation, now);
    }
}

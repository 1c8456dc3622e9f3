using System.Diagnostics.CodeAnalysis;
using ActorPool.Actors;
using ActorPool.Core;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

// After a crash of the manager: whoever waits gets an answer, whoever has a lease keeps it, and no connection is left behind.
public sealed partial class PoolManager
{
    private readonly PoolState? _crashed;

    /// <summary>Answers everybody who is without an answer; the connections and their actors stay.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        if (IsNote(message))
            _cell.NoteHandled();
        if (_state.Phase != PoolPhase.Running)
        {
            // There is nothing to be saved in a pool that is ending, or has not begun.
            base.PreRestart(reason, message);
            return;
        }

        var failure = FailureOf(PoolErrorKind.Timeout, detail: PoolFailure.ManagerCrashed);
        var answered = AnswerAfterCrash(_state.Effects.Select(effect => effect.Waiter).OfType<Waiter>().Concat(_state.AllWaiting()).Distinct().ToArray(), failure);
        answered += AnswerAfterCrash(message, failure);
        foreach (var pauser in _pausers)
            Refuse(pauser, failure);
        _log.Warning("Pool {Pool}: its manager has failed and is made again. {Lent} leases go on; {Waiting} requests were answered with an error.", _cell.Name, _state.Counts.InUse, answered);
    }

    /// <summary>The first manager of the pool, or the one after a crash.</summary>
    protected override void PreStart()
    {
        var now = Now;
        if (_cell.Ended)
            _state.CloseAll();
        else if (_crashed is not null)
            Recover(now);
        else
            return;
        Publish(now);
        CarryOut(now);
        Publish(now);
        SetTimer(now);
    }

    private void Recover(TimeSpan now)
    {
        foreach (var borrower in _borrowers.Values)
        {
            borrower.Waiters.Clear();
            borrower.Slots.Clear();
        }

        foreach (var record in _records.OrderBy(record => record.Slot.LentAt))
        {
            var fate = FateOf(record);
            var lease = record.Lease;
            if (fate != SlotFate.Lent && lease?.TryEnd(LeaseEnd.ConnectionLost) == true)
            {
                record.TakeBack();
                _cell.Metrics.UsedLater(now - record.Slot.LentAt);
            }

            if (record.Actor is { } actor && fate != SlotFate.Empty)
                WatchAgain(record, actor);
            Adopt(record, fate, lease?.LentKey, now);
        }

        foreach (var borrower in _borrowers.Values.ToArray())
            Unwatch(borrower);
        _state.Recovered(now);
    }

    /// <summary>What is known for certain of a slot; whatever is not sure to be sound has to go.</summary>
    private static SlotFate FateOf(SlotRecord record)
    {
        var slot = record.Slot;
        if (slot.State == SlotState.Free || record.Incarnation != slot.Incarnation)
            return SlotFate.Empty;
        var lease = record.Lease;
        if (slot.State == SlotState.InUse && lease is { IsOver: false } && lease.Lease == slot.Lease)
            return SlotFate.Lent;
        if (slot.State == SlotState.InUse && lease is null or { IsOver: false })
            return SlotFate.Unsound;
        // Idle, or returned with a message that the crash has swallowed.
        return slot.State is SlotState.Idle or SlotState.InUse && record.Connection!.Release(driverWasUsed: true) is ReturnCondition.Clean or ReturnCondition.InTransaction
            ? SlotFate.Sound
            : SlotFate.Unsound;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The user's key may throw; its lease then goes on without it.")]
    private void Adopt(SlotRecord record, SlotFate fate, object? key, TimeSpan now)
    {
        try
        {
            _state.Adopt(record.Slot, fate, key, now);
        }
        catch (Exception) when (fate == SlotFate.Lent && record.Slot.HeldFor is null)
        {
            // It stands among the lent ones already.
        }
    }

    // The news of its end may have been lost in the crash: a new watch tells it again.
    private static void WatchAgain(SlotRecord record, IActorRef actor)
    {
        Context.Unwatch(actor);
        Context.WatchWith(actor, new ConnectionStopped(record.Slot, record.Slot.Incarnation, record.Attempt));
    }

    private int AnswerAfterCrash(Waiter[] waiters, PoolFailure failure)
    {
        foreach (var waiter in waiters)
        {
            if (waiter is AcquireRequest request)
                request.FailAfterCrash(failure);
            else if (waiter is AskRequest { IsAnswered: false } ask)
                FailAfterCrash(ask, failure);
        }

        return waiters.Length;
    }

    private void FailAfterCrash(AskRequest ask, PoolFailure failure)
    {
        StopWatching(ask);
        ask.Fail(failure.ToException(), Self);
    }

    /// <summary>The message in which it happened.</summary>
    private int AnswerAfterCrash(object? message, PoolFailure failure)
    {
        switch (message)
        {
            case AcquireRequest request:
                request.FailAfterCrash(failure);
                return 1;
            case IPoolRequest request:
                request.Fail(failure);
                return 1;
            case GetConn or PutConn or ActorPool.CloseAll or GetStatistics or Resize or Drain or Pause or ActorPool.Resume or GetLeases:
                Refuse(Sender, failure);
                return 1;
            default:
                return 0;
        }
    }
}

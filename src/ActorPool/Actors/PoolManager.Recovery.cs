using System.Diagnostics.CodeAnalysis;
using ActorPool.Actors;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

// After a crash of the manager: whoever waits gets an answer, whoever has a lease keeps it, and no connection is left behind.
public sealed partial class PoolManager
{
    private readonly PoolState? _crashed;

    // The last message of which all was decided, and answered if it needs an answer; its effects may be left to be carried out.
    private object? _decided;

    /// <summary>Answers everybody who is without an answer; the connections and their actors stay.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        Publish();
        if (IsNote(message))
            _cell.NoteHandled();
        // It may have decided on an open and not come to it.
        while (_records.Count < _state.Slots.Count)
            _records.Add(new SlotRecord(_state.Slots[_records.Count]));
        var waiting = _state.Effects.Select(effect => effect.Waiter).OfType<Waiter>().Concat(_state.AllWaiting()).Distinct().ToArray();
        if (_state.Phase != PoolPhase.Running)
        {
            // There is nothing to be saved in a pool that is ending, or has not begun.
            var closed = PoolFailure.Closed(_cell.Name);
            AnswerAfterCrash(waiting, closed);
            RefuseLookups(closed);
            _state.Effects.Clear();
            base.PreRestart(reason, message);
            AnswerAfterCrash(message, closed);
            return;
        }

        _start?.Complete();
        var failure = FailureOf(PoolErrorKind.Timeout) with
        {
            Detail = "the pool's manager failed while this request was in flight, and was restarted",
            Advice = "Send the request again; the log has the manager's error.",
        };
        AnswerAfterCrash(waiting, failure);
        var answered = waiting.Length + AnswerAfterCrash(message, failure);
        RefuseLookups(failure);
        foreach (var pauser in _pausers)
            Quietly(() => Refuse(pauser, failure));
        _log.Warning("Pool {Pool}: its manager has failed and is made again. {Lent} leases go on; {Waiting} requests were answered with an error.", _cell.Name, _state.Counts.InUse, answered);
    }

    /// <summary>The first manager of the pool, or the one after a crash.</summary>
    protected override void PreStart()
    {
        if (_crashed is null && !_cell.Ended)
        {
            Publish();
            return;
        }

        try
        {
            var now = Now;
            if (_cell.Ended)
                _state.CloseAll();
            else
                Recover(now);
            Publish();
            CarryOut(now);
            SetTimer(now);
        }
        catch
        {
            // Akka stops an actor that cannot be made again, without a word to it.
            PostStop();
            throw;
        }
    }

    private void Recover(TimeSpan now)
    {
        foreach (var borrower in _borrowers.Values)
            borrower.Forget();

        foreach (var record in _records.OrderBy(record => record.Slot.LentAt))
        {
            var fate = FateOf(record);
            var lease = record.Lease;
            if (fate != SlotFate.Lent && lease?.TryEnd(LeaseEnd.ConnectionLost) == true)
            {
                record.Connection?.EndLease(LeaseEnd.ConnectionLost);
                record.TakeBack();
                _cell.Metrics.UsedLater(now - record.Slot.LentAt);
            }

            if (record.Actor is { } actor && fate != SlotFate.Empty)
                WatchAgain(record, actor);
            _state.Adopt(record.Slot, fate, now);
        }

        foreach (var borrower in _borrowers.Values.ToArray())
            Unwatch(borrower);
        foreach (var borrower in _records.SelectMany(record => record.Slot.Lease?.Borrowers ?? []).OfType<WatchedBorrower>().Distinct())
            WatchAgain(borrower);
        _state.Recovered(now);
    }

    /// <summary>What is known for certain of a slot; whatever is not sure to be sound has to go.</summary>
    private static SlotFate FateOf(SlotRecord record)
    {
        var slot = record.Slot;
        if (slot.State == SlotState.Free || record.Incarnation != slot.Incarnation)
            return SlotFate.Empty;
        var lease = record.Lease;
        if (slot.State == SlotState.InUse && lease is { IsOver: false } && lease.LeaseId == slot.LeaseId)
            return SlotFate.Lent;
        if (slot.State == SlotState.InUse && lease is null or { IsOver: false })
            return SlotFate.Unsound;
        // Idle, or returned with a message that the crash has swallowed.
        return slot.State is SlotState.Idle or SlotState.InUse && record.Connection!.Release(driverWasUsed: true) is ReturnCondition.Clean or ReturnCondition.ResetPending or ReturnCondition.InTransaction
            ? SlotFate.Sound
            : SlotFate.Unsound;
    }

    // The news of its end may have been lost in the crash: a new watch tells it again.
    private static void WatchAgain(SlotRecord record, IActorRef actor)
    {
        Context.Unwatch(actor);
        Context.WatchWith(actor, new ConnectionStopped(record.Slot, record.Slot.Incarnation, record.Attempt));
    }

    private void WatchAgain(WatchedBorrower borrower)
    {
        _borrowers[borrower.Actor] = borrower;
        Context.Unwatch(borrower.Actor);
        Context.WatchWith(borrower.Actor, new BorrowerEnded(borrower));
    }

    private void AnswerAfterCrash(Waiter[] waiters, PoolFailure failure)
    {
        foreach (var waiter in waiters)
        {
            if (waiter is AcquireRequest request)
                request.FailAfterCrash(failure);
            else if (waiter is AskRequest { IsAnswered: false } ask)
                FailAfterCrash(ask, failure);
        }
    }

    private void FailAfterCrash(AskRequest ask, PoolFailure failure)
    {
        StopWatching(ask);
        Quietly(() => ask.Fail(failure.ToException(), Self));
    }

    /// <summary>The message in which it happened, unless it was answered, or its request stands among those who wait.</summary>
    private int AnswerAfterCrash(object? message, PoolFailure failure)
    {
        switch (message)
        {
            case not null when ReferenceEquals(message, _decided):
                return 0;
            case AcquireRequest request:
                request.FailAfterCrash(failure);
                return 1;
            case NextBehind next:
                return AnswerAfterCrash(next.Message, failure);
            case KeyLookup:
            case not null when PublicMessage.Is(message):
                var sender = Sender;
                Quietly(() => Refuse(sender, failure));
                return 1;
            case IPoolRequest request:
                request.Fail(failure);
                return 1;
            default:
                return 0;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever an asker makes of its answer, the others get theirs.")]
    private static void Quietly(Action answer)
    {
        try
        {
            answer();
        }
        catch (Exception)
        {
            // It may be the one in whose answer the manager crashed.
        }
    }
}

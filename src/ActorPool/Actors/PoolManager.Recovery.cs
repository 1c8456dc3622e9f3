using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Messages;

namespace ActorPool;

// A crash of the manager: waiting requests get an error, leases continue, and no connection is left behind.
public sealed partial class PoolManager
{
    // The last message that was decided. After a crash it must not be answered again, although some of its effects may not be carried out.
    private object? _decided;

    /// <summary>Answers every request without an answer; the connections and their actors stay.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        Publish();
        if (message is PooledConnection { IsOver: true } or INote)
            _pool.NoteHandled();
        _leases.Cover(_state.Slots.Count);
        Waiter[] waiting = [.. _state.Effects.Select(effect => effect.Waiter).OfType<Waiter>().Concat(_state.AllWaiting()).Concat(NotSent()).Distinct()];
        if (_state.Phase != PoolPhase.Running)
        {
            // A pool that is ending, or has not started, has nothing to save.
            var closed = PoolFailure.Closed(_pool.Name);
            RefuseAfterCrash(waiting, closed);
            _lookups.RefuseAll(closed);
            _state.Effects.Clear();
            base.PreRestart(reason, message);
            RefuseAfterCrash(message, closed);
            return;
        }

        EndStart()?.Complete();
        var failure = _leases.Refusals.Of(PoolErrorKind.Timeout) with
        {
            Detail = "the pool's manager failed while this request was in flight, and was restarted",
            Advice = "Send the request again; the log has the manager's error.",
        };
        RefuseAfterCrash(waiting, failure);
        var answered = waiting.Length + RefuseAfterCrash(message, failure);
        _lookups.RefuseAll(failure);
        while (_pauseWaiters.TryTake(out var sender))
            Quietly(() => new ReplyTo(sender, _pool).Refuse(failure));
        _log.Restarted(_state.Counts.InUse, answered);
    }

    /// <summary>The first manager of the pool, or the one after a crash.</summary>
    protected override void PreStart()
    {
        if (_crashed is null && !_pool.Ended)
        {
            Publish();
            return;
        }

        try
        {
            var now = Now;
            if (_pool.Ended)
                _state.CloseAll();
            else
                new CrashRecovery(_pool, _state, _connections, _watch).TakeOver(now);
            Publish();
            CarryOut(now);
            SetTimer(now);
        }
        catch
        {
            // Akka stops an actor that cannot be restarted without calling PostStop.
            PostStop();
            throw;
        }
    }

    /// <summary>The statements of batches that were not ordered from their connections, or in whose report the manager crashed.</summary>
    private IEnumerable<Waiter> NotSent() =>
        _state.Slots.Where(slot => slot is { State: SlotState.Working, Batch: { IsOrdered: false } or { IsOver: true } }).SelectMany(slot => slot.Batch!.Statements);

    /// <summary>The statements of batches that no connection actor has begun to run.</summary>
    private IEnumerable<Waiter> NotBegun() =>
        _state.Slots.Where(slot => slot.Batch is { IsOver: false, HasBegun: false }).SelectMany(slot => slot.Batch!.Statements);

    private void RefuseAfterCrash(Waiter[] requests, PoolFailure failure)
    {
        foreach (var request in requests)
        {
            if (request is IStatementRequest statement)
                Quietly(() => statement.FailAfterCrash(failure));
            else if (request is AcquireRequest call)
                call.FailAfterCrash(failure);
            else if (request is AskRequest { IsAnswered: false })
                Quietly(() => Refuse((BorrowRequest)request, failure));
        }
    }

    /// <summary>Answers the message in which the manager crashed, unless it was answered or its request waits. Returns how many answers that were.</summary>
    private int RefuseAfterCrash(object? message, PoolFailure failure)
    {
        switch (message)
        {
            case not null when ReferenceEquals(message, _decided):
                return 0;
            case AcquireRequest request:
                request.FailAfterCrash(failure);
                return 1;
            case IStatementRequest statement:
                statement.FailAfterCrash(failure);
                return 1;
            case NextBehind next:
                return RefuseAfterCrash(next.Message, failure);
            case KeyLookup or IPoolMessage:
                var replyTo = new ReplyTo(Sender, _pool, message);
                Quietly(() => replyTo.Refuse(failure));
                return 1;
            case IPoolRequest request:
                request.Fail(failure);
                return 1;
            default:
                return 0;
        }
    }

    // A receiver may throw when it is answered; the others must still get their answers.
    private static void Quietly(Action answer)
    {
        try
        {
            answer();
        }
        catch (Exception)
        {
            // It may be the answer in which the manager crashed.
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using ActorPool.Actors;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Leases;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

// Borrowing and returning.
public sealed partial class PoolManager
{
    private void Get(AcquireRequest request, TimeSpan now)
    {
        if (request.Owner is { } owner && !TrySetBorrower(request, owner))
        {
            if (request.Entry is { } unused)
                _cell.Keys.EndUse(unused);
            return;
        }

        _state.Get(request, now);
        if (request.State is WaiterState.Queued or WaiterState.Parked or WaiterState.Initializing)
            request.Queued();
    }

    /// <summary>False when the owner cannot have a lease; the request has its answer then.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The pool goes on, whatever an owner of a type of its own throws.")]
    private bool TrySetBorrower(AcquireRequest request, IActorRef owner)
    {
        try
        {
            if (IsRemote(owner))
                request.Fail(Refused(Refusal.NotLocal));
            else if (IsOwn(owner))
                request.Fail(OwnActor(owner));
            else
            {
                request.Borrower = IsNobody(owner) ? null : Watched(owner);
                return true;
            }
        }
        catch (Exception error)
        {
            request.Fail(error);
        }

        return false;
    }

    private void Get(GetConn message, IActorRef sender, TimeSpan now)
    {
        if (IsNobody(sender))
        {
            _log.Warning("Pool {Pool}: a GetConn came without a sender; nobody could get the connection. Ask the manager, or tell it from an actor.", _cell.Name);
            return;
        }

        if (IsRemote(sender) || IsRemote(message.Owner))
        {
            Refuse(sender, Refused(Refusal.NotLocal));
            return;
        }

        if (IsOwn(sender))
        {
            _log.Warning("Pool {Pool}: a GetConn was refused, because its sender is {Sender}, an actor of the pool itself. Send it from the actor that uses the connection.", _cell.Name, sender.Path);
            return;
        }

        if (message.Owner is { } named && IsOwn(named))
        {
            Refuse(sender, OwnActor(named));
            return;
        }

        if (message.IsTimeoutNegative)
        {
            Refuse(sender, FailureOf(PoolErrorKind.Timeout) with
            {
                Detail = $"a GetConn cannot wait for {message.Timeout}",
                Advice = "Give a Timeout that is not negative, Timeout.InfiniteTimeSpan to wait for ever, or none for the pool's acquire-timeout.",
            });
            return;
        }

        if (message.Key is not { } key)
            Get(message, sender, null, now);
        else if (PlainKey.Is(key))
            Get(message, sender, _cell.Keys.Use(key), now);
        else
            LookUp(message, sender, now);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A borrower's own type may throw anything; the pool goes on.")]
    private void Get(GetConn message, IActorRef sender, KeyEntry? entry, TimeSpan now)
    {
        var request = new AskRequest(message, sender) { Entry = entry };
        try
        {
            request.Borrower = message.Owner is { } owner && !IsNobody(owner) ? Watched(owner) : request.IsAsk ? null : Watched(sender);
            _state.Get(request, now);
            if (request.State != WaiterState.Done && (request.IsAsk || !IsBorrower(request)))
                Watch(request);
        }
        catch (Exception error) when (request.State == WaiterState.New)
        {
            sender.Tell(new Status.Failure(error), Self);
            Unwatch(request.Borrower);
            if (entry is { IsKnown: false })
                _cell.Keys.EndUse(entry);
        }
    }

    private void Put(PutConn put, IActorRef sender, TimeSpan now)
    {
        if (PooledConnection.FitsKey(put.Connection, _cell, put.Key) is { } fits)
            Put(put, sender, Return(put.Connection, fits, put.Close, now), now);
        else
            LookUp(put, sender, now);
    }

    private void Put(PutConn put, IActorRef sender, object? refusal, TimeSpan now)
    {
        Publish();
        switch (refusal)
        {
            case null:
                _cell.Metrics.UsedLater(now - put.Connection.Slot.LentAt);
                if (!IsNobody(sender))
                    sender.Tell(ConnPut.Instance, Self);
                break;
            case PoolFailure failure:
                Refuse(sender, failure);
                break;
            case Exception error:
                Refuse(sender, error);
                break;
        }
    }

    private void Answer(ReturnRequest request, TimeSpan now)
    {
        var used = now - request.Connection.Slot.LentAt;
        var refusal = Return(request.Connection, request.FitsKey, request.Close, now);
        Publish();
        if (refusal is null)
            request.Complete(used);
        else
            request.Fail(refusal);
    }

    /// <summary>A return by psycopg2's rules and in their order. Null when it is accepted, else the refusal.</summary>
    private PoolFailure? Return(PooledConnection? lease, bool fitsKey, bool close, TimeSpan now)
    {
        if (_state.Phase == PoolPhase.Closed)
            return Refused(Refusal.Closed);
        if (lease is null)
            return Refused(PutRefusal.NoConnection);
        if (!ReferenceEquals(lease.Home, _cell))
            return Refused(PutRefusal.Foreign(lease, _cell.Name));
        if (!_records[lease.Slot.Index].IsOut(lease))
            return Refused(PutRefusal.Over(lease));
        if (!fitsKey)
            return Refused(PutRefusal.OtherKey(lease));
        if (!lease.TryEnd(LeaseEnd.Returned))
            return Refused(PutRefusal.Over(lease));
        TakeBack(lease, close, now);
        return null;
    }

    private PoolFailure Refused(PutRefusal refusal) => Refused(Refusal.NotCheckedOut) with { Detail = refusal.What, Advice = refusal.Remedy };

    private PoolFailure Refused(Refusal refusal)
    {
        _state.CountRefusal(refusal);
        return FailureOf(PoolErrorKinds.Of(refusal));
    }

    /// <summary>A lease that its borrower has ended; a stale one changes nothing.</summary>
    private void TakeBack(PooledConnection lease, bool close, TimeSpan now)
    {
        if (!ReferenceEquals(lease.Home, _cell) || _records[lease.Slot.Index] is not { } record || !record.IsOut(lease))
            return;
        Recover(record, lease.DriverWasUsed, close, now);
    }

    /// <summary>
    /// A lease whose object was collected without a return; a stale one changes nothing. A reader made with it may go on as long as it makes
    /// progress, and a command gets a while to come to its end.
    /// </summary>
    private void TakeBack(ForgottenLease forgotten, TimeSpan now)
    {
        var record = _records[forgotten.Slot.Index];
        if (!record.IsOut(forgotten))
            return;
        if (record.Connection!.IsBusy && forgotten.MayGoOn(record.Connection.Progress, now))
            ((IWithTimers)this).Timers.StartSingleTimer(record, new LookAgain(forgotten), LookAtForgotten);
        else
            _state.Forgotten(forgotten.Slot, forgotten.LeaseId, now);
    }

    private WatchedBorrower Watched(IActorRef actor)
    {
        // An actor has one watch: that of a borrower, who may hold a lease, takes the place of one who only waits.
        if (_asks.Remove(actor))
            Context.Unwatch(actor);
        if (_borrowers.TryGetValue(actor, out var borrower))
            return borrower;
        borrower = new WatchedBorrower(actor);
        // An actor of a type of its own may throw: it is noted only when it is watched.
        Context.WatchWith(actor, new BorrowerEnded(borrower));
        _borrowers.Add(actor, borrower);
        return borrower;
    }

    private void Gone(WatchedBorrower borrower, TimeSpan now)
    {
        if (_borrowers.GetValueOrDefault(borrower.Actor) == borrower)
            _borrowers.Remove(borrower.Actor);
        foreach (var request in borrower.ForOthers.ToArray())
        {
            borrower.Remove(request);
            _state.Cancel(request, now);
        }

        // A request on its behalf gets an answer of its own.
        var asked = borrower.Waiters.Where(waiter => waiter is not AskRequest ask || !ask.Sender.Equals(borrower.Actor)).ToArray();
        _state.BorrowerStopped(borrower, now);
        foreach (var waiter in asked)
        {
            var failure = FailureOf(PoolErrorKind.NotCheckedOut) with { Detail = PutRefusal.OwnerEnded.What, Advice = PutRefusal.OwnerEnded.Remedy };
            if (waiter is AcquireRequest request)
            {
                request.Fail(failure);
            }
            else if (waiter is AskRequest ask)
            {
                StopWatching(ask);
                Refuse(ask.Sender, failure);
            }
        }
    }

    private void Unwatch(Borrower? borrower)
    {
        if (borrower is WatchedBorrower { IsDone: true } watched && _borrowers.Remove(watched.Actor))
            Context.Unwatch(watched.Actor);
    }

    private static bool IsBorrower(AskRequest request) => request.Borrower is WatchedBorrower borrower && borrower.Actor.Equals(request.Sender);

    private void Watch(AskRequest request)
    {
        if (!request.IsAsk)
        {
            Watched(request.Sender).Add(request);
            return;
        }

        // One that is watched as an owner keeps that watch; its request is found to be over when its turn comes.
        if (_borrowers.ContainsKey(request.Sender) || !_asks.Add(request.Sender))
            return;
        request.IsWatched = true;
        Context.WatchWith(request.Sender, new AskEnded(request));
    }

    private void StopWatching(AskRequest request)
    {
        if (!request.IsAsk && _borrowers.TryGetValue(request.Sender, out var sender))
        {
            sender.Remove(request);
            Unwatch(sender);
        }

        if (!request.IsWatched)
            return;
        request.IsWatched = false;
        if (_asks.Remove(request.Sender))
            Context.Unwatch(request.Sender);
    }

    // What is told without a sender arrives with the dead letters as its sender.
    private static bool IsNobody(IActorRef sender) => sender.IsNobody() || ReferenceEquals(sender, Context.System.DeadLetters);

    private static bool IsRemote(IActorRef? actor) => actor is IActorRefScope { IsLocal: false };

    // Its watch would take the place of the pool's own, which must hear of its end.
    private bool IsOwn(IActorRef actor) => actor.Equals(Self) || (actor is IInternalActorRef { Parent: { } parent } && parent.Equals(Self));

    private ArgumentException OwnActor(IActorRef owner) =>
        new($"Pool '{_cell.Name}': {owner.Path} is an actor of the pool itself and cannot be the Owner of a lease. Name the actor that uses the connection.");

    private void Refuse(IActorRef sender, PoolFailure failure) => Refuse(sender, failure.ToException());

    private void Refuse(IActorRef sender, Exception error)
    {
        if (IsNobody(sender))
            _log.Warning("Pool {Pool}: a message without a sender was refused: {Reason}", _cell.Name, error.Message);
        else
            sender.Tell(new Status.Failure(error), Self);
    }
}

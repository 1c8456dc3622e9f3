using ActorPool.Actors;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Leases;
using ActorPool.Messages;
using ActorPool.Remoting;
using Akka.Actor;

namespace ActorPool;

// Requests for a connection: from the facade, or from an actor, whose key may have to be looked up first.
public sealed partial class PoolManager
{
    private void Borrow(AcquireRequest request, TimeSpan now)
    {
        if (request.Owner is { } owner && !TrySetBorrower(request, owner))
        {
            if (request.Entry is { } unused)
                _pool.Keys.EndUse(unused);
            return;
        }

        _state.Get(request, now);
        if (request.State is WaiterState.Queued or WaiterState.Parked or WaiterState.Initializing)
            request.Queued();
    }

    /// <summary>False when the owner cannot have a lease; the request is then answered.</summary>
    // A reference of a user's own type may throw; that fails its request alone.
    private bool TrySetBorrower(AcquireRequest request, IActorRef owner)
    {
        try
        {
            if (RemoteAnswers.IsRemote(owner))
                request.Fail(_leases.Refusals.Counted(Refusal.NotLocal));
            else if (IsOwn(owner))
                request.Fail(OwnActor(owner));
            else
            {
                request.Borrower = ReplyTo.IsNone(owner) ? null : _watch.Borrower(owner);
                return true;
            }
        }
        catch (Exception error)
        {
            request.Fail(error);
        }

        return false;
    }

    void IPoolMessageHandler.Handle(GetConn get, TimeSpan now)
    {
        var sender = Sender;
        if (ReplyTo.IsNone(sender))
            _log.GetConnWithoutSender();
        else if (RemoteAnswers.IsRemote(sender) || RemoteAnswers.IsRemote(get.Owner))
            ToSender.Refuse(_leases.Refusals.Counted(Refusal.NotLocal));
        else if (IsOwn(sender))
            _log.GetConnFromOwnActor(sender.Path);
        else if (get.Owner is { } named && IsOwn(named))
            ToSender.Refuse(OwnActor(named));
        else if (get.IsTimeoutNegative)
            ToSender.Refuse(_leases.Refusals.Of(PoolErrorKind.Timeout) with
            {
                Detail = $"a GetConn cannot wait for {get.Timeout}",
                Advice = "Give a Timeout that is not negative, Timeout.InfiniteTimeSpan to wait for ever, or none for the pool's acquire-timeout.",
            });
        else if (get.Key is not { } key)
            Borrow(get, sender, null, now);
        else if (PlainKey.Is(key))
            Borrow(get, sender, _pool.Keys.Use(key), now);
        else
            _lookups.Begin(get, sender, now);
    }

    // A reference of a user's own type may throw; that fails its request alone.
    private void Borrow(GetConn get, IActorRef sender, KeyEntry? entry, TimeSpan now)
    {
        var request = new AskRequest(get, sender) { Entry = entry };
        try
        {
            request.Borrower = get.Owner is { } owner && !ReplyTo.IsNone(owner) ? _watch.Borrower(owner) : request.IsAsk ? null : _watch.Borrower(sender);
            _state.Get(request, now);
            if (request.State != WaiterState.Done)
                _watch.Watch(request);
        }
        catch (Exception error) when (request.State == WaiterState.New)
        {
            sender.Tell(new Status.Failure(error), Self);
            _watch.UnwatchIfDone(request.Borrower);
            if (entry is { IsKnown: false })
                _pool.Keys.EndUse(entry);
        }
    }

    /// <summary>The key is found: its message is handled as if it came now, with the rest of its time.</summary>
    private void Found(KeyLookup lookup, TimeSpan now)
    {
        if (!_lookups.TryEnd(lookup))
            return;
        var replyTo = new ReplyTo(lookup.Sender, _pool, lookup.Message);
        if (lookup.Error is { } error)
            replyTo.Refuse(error);
        else if (lookup.Message is PutConn put)
            Return(put.Connection, lookup.FitsKey, put.Close, replyTo, now);
        else if (lookup.Statement is { } requestFor)
            _state.Tell(requestFor(lookup.Entry!), now);
        else
            Borrow(_lookups.WithRestOfTime(lookup, now), lookup.Sender, lookup.Entry, now);
        _lookups.Continue(lookup);
    }

    private void Late(KeyLookup lookup)
    {
        if (lookup.IsOver)
            return;
        lookup.IsOver = true;
        new ReplyTo(lookup.Sender, _pool, lookup.Message).Refuse(_leases.Refusals.Counted(Refusal.Timeout) with
        {
            Detail = "the Equals or GetHashCode of this request's key did not end within the time-out",
            Advice = "Make both quick, without locks and without I/O: they run for each request with such a key.",
        });
        _lookups.Continue(lookup);
    }

    private void Handle(NextBehind next)
    {
        // Refused already, in a crash.
        if (!next.Lookup.Behind.TryDequeue(out var message))
            return;
        next.Message = message;
        Handle(message);
        _lookups.Continue(next.Lookup);
    }

    /// <summary>
    /// A watched actor has stopped: its requests end, and so do the leases that no other borrower holds. Requests of others on its behalf
    /// are refused.
    /// </summary>
    private void BorrowerStopped(WatchedBorrower borrower, TimeSpan now)
    {
        _watch.Ended(borrower);
        foreach (var request in borrower.ForOthers.ToArray())
        {
            borrower.Remove(request);
            _state.Cancel(request, now);
        }

        var onItsBehalf = borrower.Waiters.Where(waiter => waiter is not AskRequest { IsForSender: true }).ToArray();
        _state.BorrowerStopped(borrower, now);
        foreach (var waiter in onItsBehalf)
        {
            var failure = _leases.Refusals.Of(PoolErrorKind.NotCheckedOut) with { Detail = PutRefusal.OwnerEnded.What, Advice = PutRefusal.OwnerEnded.Remedy };
            Refuse((BorrowRequest)waiter, failure);
        }
    }

    // Watching it as a borrower would replace the pool's own watch, which has to report its end.
    private bool IsOwn(IActorRef actor) => actor.Equals(Self) || (actor is IInternalActorRef { Parent: { } parent } && parent.Equals(Self));

    private ArgumentException OwnActor(IActorRef owner) =>
        new($"Pool '{_pool.Name}': {owner.Path} is an actor of the pool itself and cannot be the Owner of a lease. Name the actor that uses the connection.");
}

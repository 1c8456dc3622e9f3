using ActorPool.Core.Model;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The actors that the manager watches because they borrow or wait. An actor with several reasons has one watch.</summary>
/// <remarks>
/// There are three reasons: a <see cref="WatchedBorrower"/> waits or holds a lease, the temporary actor behind an Ask waits, or an actor waits
/// on behalf of another one, the Owner of its request. A borrower's watch replaces that of an Ask, because a borrower may hold a lease afterwards.
/// </remarks>
internal sealed class DeathWatch(Dictionary<IActorRef, WatchedBorrower> borrowers, IActorContext context)
{
    private readonly HashSet<IActorRef> _asks = [];

    /// <summary>The actor as a borrower, watched from now on.</summary>
    public WatchedBorrower Borrower(IActorRef actor)
    {
        if (_asks.Remove(actor))
            context.Unwatch(actor);
        if (borrowers.TryGetValue(actor, out var borrower))
            return borrower;
        borrower = new WatchedBorrower(actor);
        // A reference of a user's own type may throw here, so the borrower is added afterwards.
        context.WatchWith(actor, new BorrowerEnded(borrower));
        borrowers.Add(actor, borrower);
        return borrower;
    }

    /// <summary>The request waits: its sender is watched, unless it is watched as the borrower.</summary>
    public void Watch(AskRequest request)
    {
        if (!request.IsAsk)
        {
            if (!request.IsForSender)
                Borrower(request.Sender).Add(request);
            return;
        }

        // An Ask that is watched as an Owner keeps that watch. If it ends, its request is found to be over when its turn comes.
        if (borrowers.ContainsKey(request.Sender) || !_asks.Add(request.Sender))
            return;
        request.IsWatched = true;
        context.WatchWith(request.Sender, new AskEnded(request));
    }

    /// <summary>The request waits no longer.</summary>
    public void StopWatching(AskRequest request)
    {
        if (!request.IsAsk && borrowers.TryGetValue(request.Sender, out var sender))
        {
            sender.Remove(request);
            UnwatchIfDone(sender);
        }

        if (!request.IsWatched)
            return;
        request.IsWatched = false;
        if (_asks.Remove(request.Sender))
            context.Unwatch(request.Sender);
    }

    /// <summary>The watched Ask has ended.</summary>
    public void Ended(AskRequest request)
    {
        request.IsWatched = false;
        _asks.Remove(request.Sender);
    }

    /// <summary>The watched borrower has ended.</summary>
    public void Ended(WatchedBorrower borrower)
    {
        if (borrowers.GetValueOrDefault(borrower.Actor) == borrower)
            borrowers.Remove(borrower.Actor);
    }

    /// <summary>A borrower that neither waits nor holds a lease is not watched.</summary>
    public void UnwatchIfDone(Borrower? borrower)
    {
        if (borrower is WatchedBorrower { IsDone: true } watched && borrowers.Remove(watched.Actor))
            context.Unwatch(watched.Actor);
    }

    /// <summary>After a crash of the manager no request waits, and the slots tell which borrower holds which lease.</summary>
    public void ForgetAll()
    {
        foreach (var borrower in borrowers.Values)
            borrower.Forget();
    }

    /// <summary>After a crash: the holders are watched anew, since the message of an end may be lost; all others are not watched.</summary>
    public void WatchAgain(IEnumerable<WatchedBorrower> holders)
    {
        foreach (var borrower in borrowers.Values.ToArray())
            UnwatchIfDone(borrower);
        foreach (var borrower in holders)
        {
            borrowers[borrower.Actor] = borrower;
            context.Unwatch(borrower.Actor);
            context.WatchWith(borrower.Actor, new BorrowerEnded(borrower));
        }
    }
}

using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A <see cref="GetConn"/> in the queue, with its sender: an actor, or the temporary one behind an Ask.</summary>
internal sealed class AskRequest(GetConn message, IActorRef sender) : BorrowRequest(message.Key, message.Timeout, message.Exclusive)
{
    public IActorRef Sender { get; } = sender;

    /// <summary>The sender is the temporary actor of an Ask, whose end ends the request and nothing else.</summary>
    public bool IsAsk { get; } = sender is MinimalActorRef;

    /// <summary>The temporary actor of the Ask is watched, because the request waits.</summary>
    public bool IsWatched { get; set; }

    public bool IsAnswered { get; private set; }

    /// <summary>The sender is the borrower, and not an Owner on whose behalf it asks.</summary>
    public bool IsForSender => Borrower is WatchedBorrower borrower && borrower.Actor.Equals(Sender);

    /// <summary>The borrower, or the sender when no borrower is watched.</summary>
    public override LeaseOrigin Origin => new(null, 0, Borrower is WatchedBorrower { Actor: var owner } ? owner.Path : Sender.Path);

    public override bool TryClaim() => !IsAsk || AskPromise.Of(Sender) is not { IsCompleted: true };

    public override bool Deliver(PooledConnection lease, IActorRef manager)
    {
        IsAnswered = true;
        Sender.Tell(lease, manager);
        return !IsAsk || AskPromise.Of(Sender) is not { } promise || promise.IsCompletedSuccessfully;
    }

    public override void Refuse(PoolFailure failure, IActorRef manager)
    {
        IsAnswered = true;
        Sender.Tell(new Status.Failure(failure.ToException()), manager);
    }
}

/// <summary>The Ask that made this request has ended.</summary>
internal sealed record AskEnded(AskRequest Request) : INoSerializationVerificationNeeded;

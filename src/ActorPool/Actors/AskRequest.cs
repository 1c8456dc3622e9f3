using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A <see cref="GetConn"/> with its asker: an actor, or the temporary one behind an Ask.</summary>
internal sealed class AskRequest(GetConn message, IActorRef sender) : Waiter(message.Key, message.Timeout)
{
    public IActorRef Sender { get; } = sender;

    /// <summary>The sender is no actor that could be watched for longer than it waits: the end of an Ask is its end.</summary>
    public bool IsAsk { get; } = sender is MinimalActorRef;

    /// <summary>The temporary actor of the Ask is watched, because it waits.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Its asker has its answer.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>The borrower, or the asker of a lease that belongs to nobody.</summary>
    public LeaseOrigin Origin => new(null, 0, Borrower is WatchedBorrower { Actor: var owner } ? owner.Path : Sender.Path);

    public override bool TryClaim() => !IsAsk || AskPromise.Of(Sender) is not { IsCompleted: true };

    public void Fail(Exception error, IActorRef manager)
    {
        IsAnswered = true;
        Sender.Tell(new Status.Failure(error), manager);
    }

    /// <summary>Gives the answer. False when the asker is known not to have got it.</summary>
    public bool Complete(PooledConnection lease, IActorRef manager)
    {
        IsAnswered = true;
        Sender.Tell(lease, manager);
        return !IsAsk || AskPromise.Of(Sender) is not { } promise || promise.IsCompletedSuccessfully;
    }
}

/// <summary>The Ask that queued this request is over.</summary>
internal sealed record AskEnded(AskRequest Request) : INoSerializationVerificationNeeded;

using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Testing.Pool;

/// <summary>A request by a message: its answer goes to the sender, an actor or the temporary one behind an Ask.</summary>
internal sealed class MessageRequest(GetConn message, IActorRef sender, IActorRef manager)
    : TestRequest(message.Key, message.Timeout, message.Exclusive, new LeaseOrigin(null, 0, (Borrowers.IsNone(message.Owner) ? sender : message.Owner!).Path))
{
    /// <summary>The sender is the temporary actor of an Ask, whose end ends the request and nothing else.</summary>
    public bool IsAsk { get; } = sender is MinimalActorRef;

    public override bool TryClaim() => !IsAsk || AskPromise.Of(sender) is not { IsCompleted: true };

    public override bool IsBy(Borrower borrower) => borrower is WatchedBorrower { Actor: var actor } && actor.Equals(sender);

    public override void Deliver(PooledConnection lease) => sender.Tell(lease, manager);

    public override void Refuse(Exception error) => sender.Tell(new Status.Failure(error), manager);
}

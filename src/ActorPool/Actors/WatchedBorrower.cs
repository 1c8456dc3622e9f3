using ActorPool.Core;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>An actor that waits for or holds connections; watched by the manager as long as it does.</summary>
internal sealed class WatchedBorrower(IActorRef actor) : Borrower
{
    public IActorRef Actor { get; } = actor;
}

/// <summary>A watched borrower has ended.</summary>
internal sealed record BorrowerEnded(WatchedBorrower Borrower);

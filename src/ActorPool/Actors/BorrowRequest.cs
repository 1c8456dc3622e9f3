using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A request for a connection in the manager's queue: from the facade, answered by its promise, or from an actor, answered by a message.</summary>
internal abstract class BorrowRequest(object? key, TimeSpan? timeout, bool isExclusive) : Waiter(key, timeout, isExclusive)
{
    /// <summary>Where it was made, or by which actor.</summary>
    public abstract LeaseOrigin Origin { get; }

    /// <summary>Answers with the lease. False when the caller is known not to have received it.</summary>
    public abstract bool Deliver(PooledConnection lease, IActorRef manager);

    /// <summary>Answers with the failure.</summary>
    public abstract void Refuse(PoolFailure failure, IActorRef manager);
}

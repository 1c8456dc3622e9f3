using ActorPool.Core;
using ActorPool.Driver;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>What stands in a slot of the actor pool: the connection, the actor that owns it, and the lease that is out.</summary>
internal sealed class SlotRecord(Slot slot)
{
    public Slot Slot { get; } = slot;

    public IPhysicalConnection? Connection { get; set; }

    public IActorRef? Actor { get; set; }

    /// <summary>How many actors this connection has had: more than one after a crash.</summary>
    public int Attempt { get; set; }

    public bool ActorStopped { get; set; }

    public PooledConnection? Lease { get; set; }

    /// <summary>The request that was granted; says in its text who has the lease.</summary>
    public object? Borrower { get; set; }
}

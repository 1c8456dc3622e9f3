using ActorPool.Core.Model;
using ActorPool.Leases;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// A slot of the actor pool, with the actor that owns its connection. Written by the manager alone; it outlives a manager that
/// crashes, and the next one builds its state from it.
/// </summary>
internal sealed class SlotRecord(Slot slot) : LeaseRecord(slot)
{
    /// <summary>Which connection of the slot it is.</summary>
    public int Incarnation { get; set; }

    public IActorRef? Actor { get; set; }

    /// <summary>How many actors this connection has had: more than one after a crash.</summary>
    public int Attempt { get; set; }

    public bool ActorStopped { get; set; }

    /// <summary>To how many requests the present lease was given, less the ones that did not receive it.</summary>
    public int Holders { get; set; }
}

using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Leases;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The connection actors of a pool, children of the manager: starts them, watches them and sends them their orders.</summary>
internal sealed class ConnectionActors(PoolContext pool, IActorContext context)
{
    /// <summary>Starts the actor of a new connection and has it open the connection.</summary>
    public void Open(ConnectionSlot place)
    {
        var owner = OwnerOf(place.Slot);
        owner.Generation = 0;
        Start(place, owner);
        owner.Actor!.Tell(OpenConnection.Instance);
    }

    public void Work(in Effect effect) => OwnerOf(effect.Slot!).Actor!.Tell(WorkOn.Of(effect));

    /// <summary>Orders the actor to run the slot's batch.</summary>
    public void Run(Slot slot)
    {
        var batch = slot.Batch!;
        batch.IsOrdered = true;
        ManagerDispatcher.TellBatch(OwnerOf(slot).Actor!, new RunStatements(batch));
    }

    public void Cancel(Slot slot, int index) => OwnerOf(slot).Actor!.Tell(new CancelStatement(slot.Batch!, slot.Batch!.Number, index));

    /// <summary>Orders the actor to close the connection. If the actor has stopped, another one is started for that.</summary>
    public void End(ConnectionSlot place, EndConnection order)
    {
        var owner = OwnerOf(place.Slot);
        if (owner.HasStopped)
            Start(place, owner);
        owner.Actor!.Tell(order);
    }

    /// <summary>An actor has stopped. False when that was expected: its connection is closed, or has another actor by now.</summary>
    public bool NoteStop(ConnectionStopped stopped)
    {
        var owner = OwnerOf(stopped.Slot);
        if (stopped.Slot.Incarnation != stopped.Incarnation || owner.Generation != stopped.Generation || stopped.Slot.State == SlotState.Free)
            return false;
        owner.HasStopped = true;
        return true;
    }

    /// <summary>After a crash of the manager: the message that the actor has stopped may be lost, and a new watch sends it again.</summary>
    public void WatchAgain(Slot slot)
    {
        if (OwnerOf(slot) is not { Actor: { } actor } owner)
            return;
        context.Unwatch(actor);
        context.WatchWith(actor, new ConnectionStopped(slot, slot.Incarnation, owner.Generation));
    }

    private void Start(ConnectionSlot place, ConnectionOwner owner)
    {
        var slot = place.Slot;
        owner.Generation++;
        owner.HasStopped = false;
        var name = owner.Generation == 1 ? $"connection-{slot.Index}-{slot.Incarnation}" : $"connection-{slot.Index}-{slot.Incarnation}-{owner.Generation}";
        owner.Actor = context.ActorOf(ConnectionActor.Props(slot, slot.Incarnation, place.Connection!, pool.Metrics), name);
        context.WatchWith(owner.Actor, new ConnectionStopped(slot, slot.Incarnation, owner.Generation));
    }

    private ConnectionOwner OwnerOf(Slot slot)
    {
        while (pool.Owners.Count <= slot.Index)
            pool.Owners.Add(new ConnectionOwner());
        return pool.Owners[slot.Index];
    }
}

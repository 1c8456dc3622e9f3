namespace ActorPool.Core;

/// <summary>A watched actor with what it has of the pool: its places in the queue and its leases, both of which end with it.</summary>
internal abstract class Borrower
{
    public HashSet<Waiter> Waiters { get; } = [];

    public List<Slot> Slots { get; } = [];

    public bool HasNothing => Waiters.Count == 0 && Slots.Count == 0;
}

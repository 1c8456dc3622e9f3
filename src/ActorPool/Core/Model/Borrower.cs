namespace ActorPool.Core.Model;

/// <summary>A watched actor with its waiting requests and its leases. Both end with it.</summary>
internal abstract class Borrower
{
    /// <summary>Written by the room of the waiting requests.</summary>
    public HashSet<Waiter> Waiters { get; } = [];

    /// <summary>The connections it holds; written by the room of the leases.</summary>
    public List<Slot> Slots { get; } = [];

    public bool HasNothing => Waiters.Count == 0 && Slots.Count == 0;
}

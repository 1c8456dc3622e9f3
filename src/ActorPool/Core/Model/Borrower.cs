namespace ActorPool.Core.Model;

/// <summary>A watched actor with its waiting requests and its leases. Both end with it.</summary>
internal abstract class Borrower
{
    /// <summary>Written by <c>Core/Waiting</c> alone.</summary>
    public HashSet<Waiter> Waiters { get; } = [];

    /// <summary>The connections it holds; written by <c>Core/Leases</c> alone.</summary>
    public List<Slot> Slots { get; } = [];

    public bool HasNothing => Waiters.Count == 0 && Slots.Count == 0;
}

namespace ActorPool.Core.Model;

/// <summary>One request for a connection, as the core sees it, with its places in the lists of the waiting requests.</summary>
/// <param name="key">The user's key, or null.</param>
/// <param name="timeout">How long it may wait; null for the pool's <c>acquire-timeout</c>, zero for not at all, negative for ever.</param>
/// <param name="isExclusive">It has the key's session alone, also when the pool shares keys.</param>
internal abstract class Waiter(object? key, TimeSpan? timeout, bool isExclusive = false)
{
    private Links<Waiter> _queue;
    private Links<Waiter> _sameKey;
    private Links<Waiter> _deadline;
    private Links<Waiter> _noWait;

    public object? Key { get; private set; } = key;

    public TimeSpan? Timeout { get; private set; } = timeout;

    /// <summary>It shares its key's session with no other request, because the request or <c>key-sharing</c> asks for that. Without a key it has no effect.</summary>
    public bool IsExclusive { get; set; } = isExclusive;

    /// <summary>The watched actor that will hold the lease; null when no actor is watched.</summary>
    public Borrower? Borrower { get; set; }

    /// <summary>The state of this request; written by <c>Core/Waiting</c> alone.</summary>
    public WaiterState State { get; set; }

    /// <summary>Arrival order among all requests of the pool.</summary>
    public long Order { get; set; }

    public TimeSpan Since { get; set; }

    public TimeSpan Deadline { get; set; }

    /// <summary>The request waits for the pool's own work (an open, a reset, a close), never for another borrower.</summary>
    public bool IsNoWait { get; set; }

    /// <summary>The entry of <see cref="Key"/>, found on the borrower's thread before the core has the request.</summary>
    public KeyEntry? Entry { get; set; }

    /// <summary>The request was not answered within the call that brought it.</summary>
    public bool HasWaited { get; set; }

    /// <summary>It asks for a connection on which statements are run, not for a lease.</summary>
    public virtual bool RunsStatements => false;

    /// <summary>Takes the request for the pool's answer. False when it was already given up: then it must not get a connection.</summary>
    public abstract bool TryClaim();

    /// <summary>Prepares the object for use as another request, new to the core.</summary>
    protected void Renew(object? key, TimeSpan? timeout, bool isExclusive, KeyEntry? entry)
    {
        (Key, Timeout, IsExclusive, Entry) = (key, timeout, isExclusive, entry);
        (State, Borrower) = (WaiterState.New, null);
    }

    internal readonly struct InQueue : ILinked<Waiter>
    {
        public static ref Links<Waiter> LinksOf(Waiter item) => ref item._queue;
    }

    internal readonly struct OfKey : ILinked<Waiter>
    {
        public static ref Links<Waiter> LinksOf(Waiter item) => ref item._sameKey;
    }

    internal readonly struct InWheel : ILinked<Waiter>
    {
        public static ref Links<Waiter> LinksOf(Waiter item) => ref item._deadline;
    }

    internal readonly struct InNoWait : ILinked<Waiter>
    {
        public static ref Links<Waiter> LinksOf(Waiter item) => ref item._noWait;
    }
}

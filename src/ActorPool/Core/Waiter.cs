namespace ActorPool.Core;

/// <summary>One request for a connection: what the core needs to know of it, and its places in the core's lists.</summary>
/// <param name="key">The user's key, or null.</param>
/// <param name="timeout">How long it may wait; null for the pool's <c>acquire-timeout</c>, zero for not at all, negative for ever.</param>
internal abstract class Waiter(object? key, TimeSpan? timeout)
{
    private Links<Waiter> _queue;
    private Links<Waiter> _sameKey;
    private Links<Waiter> _deadline;

    public object? Key { get; protected set; } = key;

    public TimeSpan? Timeout { get; protected set; } = timeout;

    /// <summary>The watched actor that will hold the lease; null when nobody is watched.</summary>
    public Borrower? Borrower { get; set; }

    /// <summary>Where this request stands; written by the core alone.</summary>
    public WaiterState State { get; set; }

    /// <summary>Arrival order among all requests of the pool.</summary>
    public long Order { get; set; }

    public TimeSpan Since { get; set; }

    public TimeSpan Deadline { get; set; }

    /// <summary>Set when it waits for the pool's own work (an open, a reset, a close), never for another borrower.</summary>
    public LinkedListNode<Waiter>? Impatience { get; set; }

    /// <summary>What is known of <see cref="Key"/>: found on the borrower's thread, before the core has the request.</summary>
    public KeyEntry? Entry { get; set; }

    /// <summary>It was not answered within the call, and has stood in the core's lists.</summary>
    public bool HasWaited { get; set; }

    /// <summary>
    /// Takes the request for the pool's answer. False when its asker gave up already: then nothing must be given to it.
    /// </summary>
    public abstract bool TryClaim();

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
}

internal enum WaiterState : byte
{
    New,

    /// <summary>In the wait queue: the next connection may be its own.</summary>
    Queued,

    /// <summary>Waiting for its key to come back (<see cref="KeySharing.Exclusive"/>).</summary>
    Parked,

    /// <summary>Out of the queue: a connection is being initialized for its key.</summary>
    Preparing,

    /// <summary>Granted, refused or gone.</summary>
    Done,
}

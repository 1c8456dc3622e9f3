namespace ActorPool.Core;

/// <summary>
/// What the pool knows of one user key; equal keys share one entry. User code (<c>Equals</c>, <c>GetHashCode</c>) runs when
/// <see cref="KeyTable"/> finds an entry for a request, on that borrower's own thread, and never afterwards.
/// </summary>
internal sealed class KeyEntry(object key, KeyChain chain, long number)
{
    // Requests that carry the entry to the core, and the core itself. At zero the entry is out of use for good.
    private int _uses = 1;
    private KeyEntry? _older;
    private Links<KeyEntry> _remembered;
    private IntrusiveList<Waiter, Waiter.OfKey>? _waiters;
    private List<(int Slot, long Session)>? _sessions;

    public object Key { get; } = key;

    /// <summary>The keys of the same hash code.</summary>
    public KeyChain Chain { get; } = chain;

    /// <summary>Rises with each entry of the table; a chain is in descending order.</summary>
    public long Number { get; } = number;

    /// <summary>The next older one of its chain. An entry that left the chain keeps it, for a reader that stands there.</summary>
    public KeyEntry? Older
    {
        get => Volatile.Read(ref _older);
        set => Volatile.Write(ref _older, value);
    }

    /// <summary>The next newer one of its chain; read and written by the table alone.</summary>
    public KeyEntry? Newer { get; set; }

    /// <summary>The core uses it: the key is in use, waited for or remembered. A slot may still name any other as the last user of its session.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The slot that is lent to this key now.</summary>
    public Slot? HeldBy { get; set; }

    /// <summary>The slot whose session is being initialized for this key.</summary>
    public Slot? PreparingOn { get; set; }

    /// <summary>The slot that this key used last, and the session it had there.</summary>
    public Slot? LastSlot { get; private set; }

    private long LastSession { get; set; }

    /// <summary>Its waiting requests, oldest first.</summary>
    public IntrusiveList<Waiter, Waiter.OfKey> Waiters => _waiters ??= new IntrusiveList<Waiter, Waiter.OfKey>();

    public bool HasWaiters => _waiters is { Count: > 0 };

    /// <summary>The request that stands for this key in the queue while others of the key are parked (exclusive keys).</summary>
    public Waiter? Turn { get; set; }

    /// <summary>Its own idle session, if it is there still, or the connection that was its own until the reset on return.</summary>
    public Slot? OwnIdle => LastSlot is { State: SlotState.Idle } slot && (slot.Session == LastSession || ReferenceEquals(slot.SessionOwner, this)) ? slot : null;

    /// <summary>Its own session, while the pool tests it or rolls it back, which takes a moment; null when that seems to be stuck.</summary>
    public Slot? OwnBusy =>
        LastSlot is { State: SlotState.Resetting or SlotState.Validating, IsSlow: false, PreparingFor: null } slot
        && slot.Session == LastSession && !slot.Work.HasFlag(ConnectionWork.FullReset) ? slot : null;

    /// <summary>Whether this key used the slot's present session before.</summary>
    public bool Knows(Slot slot)
    {
        if (ReferenceEquals(LastSlot, slot))
            return LastSession == slot.Session;
        if (_sessions is not null)
        {
            foreach (var (index, session) in _sessions)
            {
                if (index == slot.Index)
                    return session == slot.Session;
            }
        }

        return false;
    }

    /// <summary>Forgets the slot's present session, which was made for this key and went to somebody else before it was used.</summary>
    public void Unlearn(Slot slot)
    {
        if (ReferenceEquals(LastSlot, slot))
            LastSession = 0;
        _sessions?.RemoveAll(visit => visit.Slot == slot.Index);
    }

    /// <summary>Notes that this key uses the slot's present session.</summary>
    public void Use(Slot slot)
    {
        if (LastSlot is { } last && !ReferenceEquals(last, slot))
        {
            _sessions ??= [];
            _sessions.RemoveAll(visit => visit.Slot == last.Index || visit.Slot == slot.Index);
            _sessions.Add((last.Index, LastSession));
        }

        LastSlot = slot;
        LastSession = slot.Session;
    }

    /// <summary>One use more. False when the entry is out of use already: the key needs another one.</summary>
    public bool TryUse()
    {
        for (var uses = Volatile.Read(ref _uses); uses > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }

        return false;
    }

    /// <summary>One use less. True when it was the last.</summary>
    public bool EndUse() => Interlocked.Decrement(ref _uses) == 0;

    /// <summary>After a crash of the core that used it: nothing that one noted holds any more.</summary>
    public void Reset()
    {
        _remembered = default;
        _waiters = null;
        _sessions = null;
        (HeldBy, PreparingOn, LastSlot, Turn) = (null, null, null, null);
        LastSession = 0;
    }

    internal readonly struct InMemory : ILinked<KeyEntry>
    {
        public static ref Links<KeyEntry> LinksOf(KeyEntry item) => ref item._remembered;
    }
}

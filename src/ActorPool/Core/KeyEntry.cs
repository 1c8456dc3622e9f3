namespace ActorPool.Core;

/// <summary>What the pool knows of one user key. User code (<c>Equals</c>, <c>GetHashCode</c>) is run to find an entry, never afterwards.</summary>
internal sealed class KeyEntry(object key, int hash)
{
    private Links<KeyEntry> _remembered;
    private IntrusiveList<Waiter, Waiter.OfKey>? _waiters;
    private List<(int Slot, long Session)>? _sessions;

    public object Key { get; } = key;

    public int Hash { get; } = hash;

    public KeyEntry? NextOfHash { get; set; }

    /// <summary>The table does not have it any more; a slot may still name it as the last user of its session.</summary>
    public bool IsForgotten { get; set; }

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

    internal readonly struct InMemory : ILinked<KeyEntry>
    {
        public static ref Links<KeyEntry> LinksOf(KeyEntry item) => ref item._remembered;
    }
}

namespace ActorPool.Core.Model;

/// <summary>
/// What the pool knows of one user key; equal keys share one entry. The key's <c>Equals</c> and <c>GetHashCode</c> run when the key table
/// finds an entry for a request, and never afterwards.
/// </summary>
internal sealed class KeyEntry(object key, KeyChain chain, long number)
{
    // Requests that carry the entry to the core, and the core itself. At zero the entry is never used again.
    private int _uses = 1;
    private KeyEntry? _older;
    private Links<KeyEntry> _remembered;
    private IntrusiveList<Waiter, Waiter.OfKey>? _waiters;

    // Connections that the key used before its last one. Kept as numbers: a reference to a session would keep another key's entry alive.
    private List<(int Slot, long Session)>? _earlier;

    public object Key { get; } = key;

    /// <summary>The keys of the same hash code.</summary>
    public KeyChain Chain { get; } = chain;

    /// <summary>Rises with each entry of the table; a chain is in descending order.</summary>
    public long Number { get; } = number;

    /// <summary>The next older entry of its chain. A removed entry keeps the reference, for a reader that has reached this entry.</summary>
    public KeyEntry? Older
    {
        get => Volatile.Read(ref _older);
        set => Volatile.Write(ref _older, value);
    }

    /// <summary>The next newer entry of its chain; read and written by the table alone.</summary>
    public KeyEntry? Newer { get; set; }

    /// <summary>The core uses it: the key is in use, waited for or remembered. A session's owner may be an entry that the core no longer uses.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The slot that is lent to this key; written by <c>Core/Leases</c> alone.</summary>
    public Slot? HeldBy { get; set; }

    /// <summary>The batch with statements of this key that has not ended; written by <c>Core/Waiting</c> alone.</summary>
    public StatementBatch? RunsIn { get; set; }

    /// <summary>A lease or a batch has the key: its other requests wait for their turn.</summary>
    public bool IsBusy => HeldBy is not null || RunsIn is not null;

    /// <summary>The slot whose session is being initialized for this key; written by <c>Core/Keys</c> alone.</summary>
    public Slot? InitializingOn { get; set; }

    /// <summary>How many of its waiting requests are exclusive; written by <c>Core/Waiting</c> alone.</summary>
    public int ExclusiveWaiters { get; set; }

    /// <summary>Its waiting requests, oldest first; written by <c>Core/Waiting</c> alone.</summary>
    public IntrusiveList<Waiter, Waiter.OfKey> Waiters => _waiters ??= new IntrusiveList<Waiter, Waiter.OfKey>();

    public bool HasWaiters => _waiters is { Count: > 0 };

    /// <summary>The slot that this key used last.</summary>
    public Slot? LastSlot { get; private set; }

    private long LastSession { get; set; }

    /// <summary>Whether the slot still has the session that this key used last.</summary>
    public bool IsLastSession(Slot slot) => ReferenceEquals(LastSlot, slot) && LastSession == slot.Session.Id;

    /// <summary>Whether this key has used the slot's present session.</summary>
    public bool Knows(Slot slot)
    {
        if (ReferenceEquals(LastSlot, slot))
            return LastSession == slot.Session.Id;
        if (_earlier is not null)
        {
            foreach (var (index, session) in _earlier)
            {
                if (index == slot.Index)
                    return session == slot.Session.Id;
            }
        }

        return false;
    }

    /// <summary>Notes that this key uses the slot's present session.</summary>
    public void Learn(Slot slot)
    {
        if (LastSlot is { } last && !ReferenceEquals(last, slot))
        {
            _earlier ??= [];
            _earlier.RemoveAll(visit => visit.Slot == last.Index || visit.Slot == slot.Index);
            _earlier.Add((last.Index, LastSession));
        }

        LastSlot = slot;
        LastSession = slot.Session.Id;
    }

    /// <summary>Forgets the slot's session: it was initialized for this key, and another borrower used it first.</summary>
    public void Unlearn(Slot slot)
    {
        if (ReferenceEquals(LastSlot, slot))
            LastSession = 0;
        _earlier?.RemoveAll(visit => visit.Slot == slot.Index);
    }

    /// <summary>Adds a use. False when the last use has ended: the key then needs a new entry.</summary>
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

    /// <summary>Ends a use. True when it was the last.</summary>
    public bool EndUse() => Interlocked.Decrement(ref _uses) == 0;

    /// <summary>The core crashed: clears what it noted about the key.</summary>
    public void Reset()
    {
        _remembered = default;
        _waiters = null;
        _earlier = null;
        (HeldBy, RunsIn, InitializingOn, LastSlot) = (null, null, null, null);
        (LastSession, ExclusiveWaiters) = (0, 0);
    }

    internal readonly struct InMemory : ILinked<KeyEntry>
    {
        public static ref Links<KeyEntry> LinksOf(KeyEntry item) => ref item._remembered;
    }
}

using System.Collections.Concurrent;
using ActorPool.Core.Model;

namespace ActorPool.Core.Keys;

/// <summary>
/// The keys that are in use, waited for or remembered, and those of requests on their way to the core. A borrower finds its key's entry
/// on its own thread with <see cref="Use"/>; the core works with entries, and calls no <c>Equals</c> and no <c>GetHashCode</c>.
/// </summary>
/// <remarks>
/// <para>User code runs in <see cref="Use"/> alone, under no lock of the pool's: a key that blocks holds up its own borrower. Readers walk a
/// chain without a lock; a reader that found nothing adds an entry only when no other was added meanwhile, else looks at the new ones.</para>
/// <para>An entry is counted: one use for each request that carries it, until the core has the request, and one for the core.
/// With the last use it leaves the table.</para>
/// </remarks>
/// <param name="memory">How many keys are remembered at most that are neither in use nor waited for.</param>
internal sealed class KeyTable(int memory)
{
    /// <summary>
    /// How many keys of one hash code are remembered at most. Borrowers of such keys compare with each of them; more would be forgotten
    /// sooner than slow them down.
    /// </summary>
    public const int MostOfOneHash = 64;

    private readonly ConcurrentDictionary<int, KeyChain> _chains = [];
    private readonly Lock _changing = new();
    private IntrusiveList<KeyEntry, KeyEntry.InMemory> _remembered = new();
    private long _number;

    /// <summary>How many keys the core uses.</summary>
    public int Count { get; private set; }

    /// <summary>All entries, those of requests on their way among them. For a moment when nothing changes.</summary>
    public IEnumerable<KeyEntry> All
    {
        get
        {
            foreach (var chain in _chains.Values)
            {
                for (var entry = chain.Newest; entry is not null; entry = entry.Older)
                    yield return entry;
            }
        }
    }

    /// <summary>
    /// Finds or makes the entry of a key, for a request that carries it to the core. Throws what the user's <c>GetHashCode</c> or
    /// <c>Equals</c> throws, with nothing changed. Called on the thread of the borrower, or on the thread pool for a message; on the pool manager's only
    /// for a <see cref="PlainKey"/>.
    /// </summary>
    public KeyEntry Use(object key)
    {
        var hash = KeyHash.Of(key);
        var compared = 0L;
        while (true)
        {
            var chain = _chains.GetValueOrDefault(hash);
            var newest = chain?.Newest;
            for (var entry = newest; entry is not null && entry.Number > compared; entry = entry.Older)
            {
                if ((ReferenceEquals(entry.Key, key) || key.Equals(entry.Key)) && entry.TryUse())
                    return entry;
            }

            lock (_changing)
            {
                var present = _chains.GetValueOrDefault(hash);
                if (ReferenceEquals(present, chain) && ReferenceEquals(present?.Newest, newest))
                    return Add(key, present ?? (_chains[hash] = new KeyChain(hash)));
            }

            compared = newest?.Number ?? compared;
        }
    }

    /// <summary>The request does not come to the core.</summary>
    public void EndUse(KeyEntry entry)
    {
        if (entry.EndUse())
            Remove(entry);
    }

    /// <summary>The core has the request: its use of the entry is the core's from now on, until <see cref="Release"/> finds that it may be forgotten.</summary>
    public void Know(KeyEntry entry)
    {
        if (entry.IsKnown)
        {
            entry.EndUse();
            if (_remembered.Remove(entry))
                entry.Chain.Remembered--;
            return;
        }

        entry.IsKnown = true;
        Count++;
    }

    /// <summary>To be called when a key may have lost its last use: remembers it as the latest, and forgets the one not used for longest.</summary>
    public void Release(KeyEntry entry)
    {
        if (!entry.IsKnown || entry.HeldBy is not null || entry.InitializingOn is not null || entry.HasWaiters)
            return;
        if (_remembered.Remove(entry))
            entry.Chain.Remembered--;
        if (entry.LastSlot is null || entry.Chain.Remembered >= MostOfOneHash)
        {
            Forget(entry);
            return;
        }

        entry.Chain.Remembered++;
        _remembered.AddLast(entry);
        if (_remembered.Count > memory)
        {
            var oldest = _remembered.First!;
            _remembered.Remove(oldest);
            oldest.Chain.Remembered--;
            Forget(oldest);
        }
    }

    /// <summary>The core has crashed: nothing is remembered, and of its keys those are kept that the next one takes over until <see cref="Recovered"/>.</summary>
    public void Recover()
    {
        _remembered = new IntrusiveList<KeyEntry, KeyEntry.InMemory>();
        foreach (var entry in All)
        {
            entry.Reset();
            entry.Chain.Remembered = 0;
        }

        Count = All.Count(entry => entry.IsKnown);
    }

    /// <summary>The keys that the new core has not taken over are forgotten.</summary>
    public void Recovered()
    {
        foreach (var entry in All.ToArray())
            Release(entry);
    }

    private KeyEntry Add(object key, KeyChain chain)
    {
        var entry = new KeyEntry(key, chain, ++_number) { Older = chain.Newest };
        if (chain.Newest is { } newest)
            newest.Newer = entry;
        chain.Newest = entry;
        return entry;
    }

    private void Forget(KeyEntry entry)
    {
        entry.IsKnown = false;
        Count--;
        EndUse(entry);
    }

    private void Remove(KeyEntry entry)
    {
        lock (_changing)
        {
            if (entry.Older is { } older)
                older.Newer = entry.Newer;
            if (entry.Newer is { } newer)
                newer.Older = entry.Older;
            else if ((entry.Chain.Newest = entry.Older) is null)
                _chains.TryRemove(entry.Chain.Hash, out _);
            // A slot may name the entry for long; it must not keep those that came after it.
            entry.Newer = null;
        }
    }
}

using System.Collections.Concurrent;
using ActorPool.Core.Model;

namespace ActorPool.Core.Keys;

/// <summary>
/// The keys that are in use, waited for or remembered, and those of requests on their way to the core. A borrower finds its key's entry
/// on its own thread with <see cref="Use"/>; the core works with entries, and calls no <c>Equals</c> and no <c>GetHashCode</c>.
/// </summary>
/// <remarks>
/// <para>User code runs only in <see cref="Use"/>, outside the pool's locks: a key that blocks delays only its own borrower. Readers walk a
/// chain without a lock. A reader that finds nothing adds an entry if no other was added meanwhile; otherwise it reads the new entries first.</para>
/// <para>Each entry counts its uses: one for each request that carries it, until the core has the request, and one for the core.
/// When the last use ends, the entry leaves the table.</para>
/// </remarks>
/// <param name="memory">The most remembered keys that are neither in use nor waited for.</param>
internal sealed class KeyTable(int memory)
{
    /// <summary>
    /// The most remembered keys of one hash code. A borrower of such a key compares it with each of them, so a longer chain would slow it
    /// down.
    /// </summary>
    public const int MostOfOneHash = 64;

    private readonly ConcurrentDictionary<int, KeyChain> _chains = [];
    private readonly Lock _changing = new();
    private IntrusiveList<KeyEntry, KeyEntry.InMemory> _remembered = new();
    private long _number;

    /// <summary>How many keys the core uses.</summary>
    public int Count { get; private set; }

    /// <summary>All entries, including those of requests on their way to the core. Only while no other thread changes the table.</summary>
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

    /// <summary>Ends one use of an entry, for example because its request does not reach the core.</summary>
    public void EndUse(KeyEntry entry)
    {
        if (entry.EndUse())
            Remove(entry);
    }

    /// <summary>The core has the request: the request's use of the entry becomes the core's, until <see cref="Release"/> forgets the entry.</summary>
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

    /// <summary>
    /// Call it when the core may no longer use a key. The key is remembered as the latest; beyond the limit the least recently used one is
    /// forgotten.
    /// </summary>
    public void Release(KeyEntry entry)
    {
        if (!entry.IsKnown || entry.IsBusy || entry.InitializingOn is not null || entry.HasWaiters)
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

    /// <summary>The core has crashed: clears what it noted. The keys stay until <see cref="Recovered"/>, so that the next core can take them over.</summary>
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
            // A slot may refer to this entry for long, and must not keep newer entries alive through it.
            entry.Newer = null;
        }
    }
}

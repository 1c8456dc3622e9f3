namespace ActorPool.Core;

/// <summary>
/// The keys that are in use, waited for or remembered. A table by hash code with chains of its own, because removing
/// from a dictionary would call the user's <c>Equals</c> at a moment when nobody is there to get its exception.
/// </summary>
/// <param name="memory">How many keys are remembered at most that are neither in use nor waited for.</param>
internal sealed class KeyTable(int memory)
{
    private readonly Dictionary<int, KeyEntry> _chains = [];
    private readonly IntrusiveList<KeyEntry, KeyEntry.InMemory> _remembered = new();

    public int Count { get; private set; }

    /// <summary>Finds or makes the entry of a key. Throws what the user's <c>GetHashCode</c> or <c>Equals</c> throws, with nothing changed.</summary>
    public KeyEntry GetOrAdd(object key)
    {
        var hash = key.GetHashCode();
        _chains.TryGetValue(hash, out var chain);
        for (var entry = chain; entry is not null; entry = entry.NextOfHash)
        {
            if (ReferenceEquals(entry.Key, key) || key.Equals(entry.Key))
            {
                _remembered.Remove(entry);
                return entry;
            }
        }

        var added = new KeyEntry(key, hash) { NextOfHash = chain };
        _chains[hash] = added;
        Count++;
        return added;
    }

    /// <summary>To be called when a key may have lost its last use: remembers it as the latest, and forgets the one not used for longest.</summary>
    public void Release(KeyEntry entry)
    {
        if (entry.IsForgotten || entry.HeldBy is not null || entry.PreparingOn is not null || entry.HasWaiters)
            return;
        if (entry.LastSlot is null)
        {
            Forget(entry);
            return;
        }

        _remembered.Remove(entry);
        _remembered.AddLast(entry);
        if (_remembered.Count > memory)
        {
            var oldest = _remembered.First!;
            _remembered.Remove(oldest);
            Forget(oldest);
        }
    }

    private void Forget(KeyEntry entry)
    {
        var chain = _chains[entry.Hash];
        if (ReferenceEquals(chain, entry))
        {
            if (entry.NextOfHash is null)
                _chains.Remove(entry.Hash);
            else
                _chains[entry.Hash] = entry.NextOfHash;
        }
        else
        {
            while (!ReferenceEquals(chain.NextOfHash, entry))
                chain = chain.NextOfHash!;
            chain.NextOfHash = entry.NextOfHash;
        }

        entry.NextOfHash = null;
        entry.IsForgotten = true;
        Count--;
    }
}

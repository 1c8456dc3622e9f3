using System.Collections.Concurrent;

namespace ActorPool.Statements;

/// <summary>
/// Remembers what was made of texts, in bounded memory. When the young generation is full, it becomes the old one, and what was in the old one and
/// was not used since is forgotten.
/// </summary>
/// <remarks>A program that makes new texts without end does not push out those that it uses again and again.</remarks>
internal sealed class RecentlyUsed<TValue>(IEqualityComparer<string> comparer, int mostEntries, int mostCharacters)
    where TValue : class
{
    private readonly Lock _aging = new();
    private volatile ConcurrentDictionary<string, TValue> _young = new(comparer);
    private volatile ConcurrentDictionary<string, TValue> _old = new(comparer);
    private int _entries;
    private int _characters;

    /// <summary>The number of entries in both generations.</summary>
    public int Count => _young.Count + _old.Count;

    public TValue? Find(string text)
    {
        if (_young.TryGetValue(text, out var value))
            return value;
        return _old.TryGetValue(text, out value) ? Add(text, value, text.Length) : null;
    }

    /// <summary>Remembers a value, unless there is one already, which is returned then.</summary>
    public TValue Add(string text, TValue value, int characters)
    {
        var kept = _young.GetOrAdd(text, value);
        if (ReferenceEquals(kept, value))
            Grow(characters);
        return kept;
    }

    /// <summary>A value has grown by this much.</summary>
    public void Grow(int characters)
    {
        if (Interlocked.Increment(ref _entries) <= mostEntries && Interlocked.Add(ref _characters, characters) <= mostCharacters)
            return;
        lock (_aging)
        {
            if (Volatile.Read(ref _entries) <= mostEntries && Volatile.Read(ref _characters) <= mostCharacters)
                return;
            _old = _young;
            _young = new ConcurrentDictionary<string, TValue>(comparer);
            Volatile.Write(ref _characters, 0);
            Volatile.Write(ref _entries, 0);
        }
    }
}

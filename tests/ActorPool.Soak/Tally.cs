using System.Collections.Concurrent;

namespace ActorPool.Soak;

/// <summary>Counts by name.</summary>
public sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    public long Of(string what) => _counts.GetValueOrDefault(what);

    public override string ToString() =>
        string.Join(", ", _counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"));
}

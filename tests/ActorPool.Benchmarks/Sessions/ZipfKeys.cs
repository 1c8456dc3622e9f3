using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>Draws keys; the n-th comes 1/n as often as the first.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Nothing is secret about the keys.")]
internal sealed class ZipfKeys
{
    private readonly object[] _keys;
    private readonly double[] _upTo;

    public ZipfKeys(int count)
    {
        _keys = [.. Enumerable.Range(1, count).Select(rank => $"tenant-{rank}")];
        _upTo = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            _upTo[i] = sum += 1.0 / (i + 1);
    }

    public object Draw(Random random)
    {
        var found = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return _keys[found < 0 ? ~found : found];
    }
}

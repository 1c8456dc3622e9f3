using ActorPool.Benchmarks.Messages;
using ActorPool.Benchmarks.Options;
using BenchmarkDotNet.Attributes;

namespace ActorPool.Benchmarks.Micro;

/// <summary>A borrow and a return in the core, by keys in turn: all of them are remembered.</summary>
public class KeyBenchmarks
{
    private CorePool _pool = null!;
    private object[] _keys = [];
    private int _next;

    [Params(10, 1000, 10_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Remember()
    {
        _pool = new CorePool(BenchmarkOptions.Connections);
        _keys = [.. Enumerable.Range(0, Keys).Select(key => $"key-{key}")];
        foreach (var key in _keys)
            _pool.BorrowAndReturn(key);
    }

    [Benchmark]
    public void BorrowAndReturn()
    {
        _pool.BorrowAndReturn(_keys[_next]);
        _next = (_next + 1) % _keys.Length;
    }
}

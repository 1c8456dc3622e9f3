using ActorPool.Benchmarks.Messages;
using ActorPool.Benchmarks.Options;
using BenchmarkDotNet.Attributes;

namespace ActorPool.Benchmarks.Micro;

/// <summary>One request to the core that queues and is cancelled, while others wait.</summary>
public class WaitingBenchmarks
{
    private CorePool _pool = null!;

    [Params(10, 1000, 100_000)]
    public int Waiters { get; set; }

    [GlobalSetup]
    public void Queue()
    {
        _pool = new CorePool(BenchmarkOptions.Connections);
        _pool.Queue(Waiters);
    }

    [Benchmark]
    public void QueueAndCancel() => _pool.QueueAndCancel();
}

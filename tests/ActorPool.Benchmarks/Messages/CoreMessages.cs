using System.Diagnostics;
using ActorPool.Benchmarks.Load;

namespace ActorPool.Benchmarks.Messages;

/// <summary>Requests that queue behind others and are cancelled, one after the other.</summary>
internal sealed class CoreMessages : ILoad
{
    private const int Batch = 256;

    private readonly CorePool _pool = new(connections: 8);

    public CoreMessages(int waiters) => _pool.Queue(waiters);

    public Task<Figures> RunAsync(TimeSpan length) => Task.Run(() => Run(length));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Figures Run(TimeSpan length)
    {
        GC.Collect();
        var meter = new ResourceMeter();
        var (begin, operations) = (Stopwatch.GetTimestamp(), 0L);
        for (; Stopwatch.GetElapsedTime(begin) < length; operations += Batch)
        {
            for (var i = 0; i < Batch; i++)
                _pool.QueueAndCancel();
        }

        var elapsed = Stopwatch.GetElapsedTime(begin);
        var (bytes, processor) = meter.Read();
        return new Figures
        {
            Operations = operations,
            Elapsed = elapsed,
            BytesPerOperation = (double)bytes / operations,
            CpuPerOperation = processor.TotalMicroseconds / operations,
        };
    }
}

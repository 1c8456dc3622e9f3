using System.Diagnostics;

namespace ActorPool.Benchmarks.Load;

/// <summary>Callers that call again as soon as they are served.</summary>
/// <param name="calls">What they call; disposed with this.</param>
/// <param name="callers">How many.</param>
/// <param name="batch">One call of this many is timed; 1 for all.</param>
/// <param name="backends">Counts the contestant's backends; null when there is no server.</param>
internal sealed class ClosedLoop(ICalls calls, int callers, int batch, Func<Task<int>>? backends) : ILoad
{
    private const int MostErrors = 100;

    private readonly CallerRecord[] _records = [.. Enumerable.Range(0, callers).Select(_ => new CallerRecord())];

    public async Task<Figures> RunAsync(TimeSpan length)
    {
        foreach (var record in _records)
            record.Reset();
        GC.Collect();
        var meter = new ResourceMeter();
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var running = Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller, end))).ToArray();
        await Task.Delay(length / 2);
        var most = backends is null ? 0 : await backends();
        await Task.WhenAll(running);
        var elapsed = Stopwatch.GetElapsedTime(begin);
        var (bytes, processor) = meter.Read();
        return Merged(elapsed, bytes, processor) with { Backends = backends is null ? 0 : Math.Max(most, await backends()) };
    }

    public ValueTask DisposeAsync() => calls.DisposeAsync();

    private async Task CallAsync(int caller, long end)
    {
        var record = _records[caller];
        var at = Stopwatch.GetTimestamp();
        while (at < end && record.Errors < MostErrors)
        {
            try
            {
                for (var call = 1; call < batch; call++)
                {
                    await calls.CallAsync(caller);
                    record.Operations++;
                }

                if (batch > 1)
                {
                    // Calls that never wait would leave the other callers without a thread.
                    await Task.Yield();
                    at = Stopwatch.GetTimestamp();
                }

                await calls.CallAsync(caller);
                record.Operations++;
                var served = Stopwatch.GetTimestamp();
                record.Latency.Record(served - at);
                at = served;
            }
            catch (Exception error)
            {
                record.Failed(error);
                at = Stopwatch.GetTimestamp();
            }
        }
    }

    private Figures Merged(TimeSpan elapsed, long bytes, TimeSpan processor)
    {
        var all = new CallerRecord();
        foreach (var record in _records)
            all.Add(record);
        return new Figures
        {
            Operations = all.Operations,
            Elapsed = elapsed,
            P50 = all.Latency.At(50),
            P99 = all.Latency.At(99),
            P999 = all.Latency.At(99.9),
            BytesPerOperation = (double)bytes / Math.Max(1, all.Operations),
            CpuPerOperation = processor.TotalMicroseconds / Math.Max(1, all.Operations),
            Errors = all.Errors,
            FirstError = all.FirstError,
        };
    }
}

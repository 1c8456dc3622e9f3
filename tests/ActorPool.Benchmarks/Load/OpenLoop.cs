using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Load;

/// <summary>
/// Calls that arrive by a schedule, whether earlier ones are served or not. A latency counts from the intended arrival,
/// so that the wait of a call that was launched late is not hidden.
/// </summary>
/// <param name="contestant">Disposed with this.</param>
/// <param name="works">One for each call that may be in flight.</param>
/// <param name="perSecond">Arrivals.</param>
/// <param name="backends">Counts the contestant's backends.</param>
internal sealed class OpenLoop(IContestant contestant, IReadOnlyList<IWork> works, int perSecond, Func<Task<int>> backends) : ILoad
{
    private const double Reached = 0.98;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentStack<int> _free = new(Enumerable.Range(0, works.Count));
    private readonly CallerRecord _record = new();
    private readonly Lock _recording = new();
    private long _inTime;
    private long _lastInTime;

    public async Task<Figures> RunAsync(TimeSpan length)
    {
        _record.Reset();
        GC.Collect();
        var meter = new ResourceMeter();
        var begin = Stopwatch.GetTimestamp();
        (_inTime, _lastInTime) = (0, begin + (long)((length + Grace).TotalSeconds * Stopwatch.Frequency));
        var pacing = Task.Factory.StartNew(() => Pace(begin, length), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(length / 2);
        var most = await backends();
        await pacing;
        while (_free.Count < works.Count)
            await Task.Delay(1);
        var elapsed = Stopwatch.GetElapsedTime(begin);
        var (bytes, processor) = meter.Read();
        var operations = _record.Operations;
        return new Figures
        {
            Operations = operations,
            Elapsed = elapsed,
            P50 = _record.Latency.At(50),
            P99 = _record.Latency.At(99),
            P999 = _record.Latency.At(99.9),
            BytesPerOperation = (double)bytes / Math.Max(1, operations),
            CpuPerOperation = processor.TotalMicroseconds / Math.Max(1, operations),
            Backends = Math.Max(most, await backends()),
            Errors = _record.Errors,
            FirstError = _record.FirstError,
            Remark = _inTime < Reached * perSecond * length.TotalSeconds
                ? string.Create(CultureInfo.InvariantCulture, $"only {_inTime / length.TotalSeconds:N0}/s were served in time")
                : null,
        };
    }

    public ValueTask DisposeAsync() => contestant.DisposeAsync();

    /// <summary>Launches the calls that are due, each millisecond. A call that finds no free place stays due.</summary>
    private void Pace(long begin, TimeSpan length)
    {
        var (perTick, all) = ((double)perSecond / Stopwatch.Frequency, (long)(perSecond * length.TotalSeconds));
        for (long launched = 0; launched < all && Stopwatch.GetElapsedTime(begin) < length; Thread.Sleep(1))
        {
            var due = Math.Min(all, (long)((Stopwatch.GetTimestamp() - begin) * perTick));
            for (; launched < due && _free.TryPop(out var place); launched++)
            {
                var intended = begin + (long)(launched / perTick);
                ThreadPool.QueueUserWorkItem(Call, (this, place, intended), preferLocal: false);
            }
        }
    }

    private static void Call((OpenLoop Loop, int Place, long Intended) call) => _ = call.Loop.CallAsync(call.Place, call.Intended);

    private async Task CallAsync(int place, long intended)
    {
        Exception? failure = null;
        try
        {
            await contestant.UseAsync(works[place], place);
        }
        catch (Exception error)
        {
            failure = error;
        }

        var served = Stopwatch.GetTimestamp();
        lock (_recording)
            Note(intended, served, failure);
        _free.Push(place);
    }

    private void Note(long intended, long served, Exception? failure)
    {
        if (failure is not null)
        {
            _record.Failed(failure);
            return;
        }

        _record.Operations++;
        _record.Latency.Record(served - intended);
        if (served <= _lastInTime)
            _inTime++;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Recovery;

/// <summary>Callers that use a pool without a pause. After an error a caller pauses briefly, as a service does.</summary>
[SuppressMessage("Design", "CA1001", Justification = "EndAsync disposes it.")]
internal sealed class SteadyCallers
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<(long At, bool Succeeded)> _results = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _callers;

    public SteadyCallers(IContestant contestant, IWork work, int callers) =>
        _callers = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(() => contestant.UseAsync(work, caller))))];

    /// <summary>Waits until this many more calls have succeeded.</summary>
    public async Task SucceedAsync(int calls)
    {
        var before = _results.Count(result => result.Succeeded);
        while (_results.Count(result => result.Succeeded) < before + calls)
            await Task.Delay(10);
    }

    public async Task<IReadOnlyList<(long At, bool Succeeded)>> EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_callers);
        _end.Dispose();
        return [.. _results.OrderBy(result => result.At)];
    }

    private async Task CallAsync(Func<ValueTask> use)
    {
        while (!_end.IsCancellationRequested)
        {
            var succeeded = await SucceedsAsync(use);
            _results.Enqueue((Stopwatch.GetTimestamp(), succeeded));
            if (!succeeded)
                await Task.Delay(PauseAfterError);
        }
    }

    private static async Task<bool> SucceedsAsync(Func<ValueTask> use)
    {
        try
        {
            await use();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Recovery;

/// <summary>Some callers who use a pool all the time; one who got an error comes again after a short pause, as a service does.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its end disposes what it has.")]
internal sealed class Load
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<(long At, bool Succeeded)> _results = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _callers;

    public Load(IContestant contestant, int callers) =>
        _callers = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(contestant)))];

    /// <summary>Waits until so many more calls have succeeded.</summary>
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

    private async Task CallAsync(IContestant contestant)
    {
        while (!_end.IsCancellationRequested)
        {
            var succeeded = await SucceedsAsync(contestant);
            _results.Enqueue((Stopwatch.GetTimestamp(), succeeded));
            if (!succeeded)
                await Task.Delay(PauseAfterError);
        }
    }

    private static async Task<bool> SucceedsAsync(IContestant contestant)
    {
        try
        {
            await contestant.UseAsync();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}

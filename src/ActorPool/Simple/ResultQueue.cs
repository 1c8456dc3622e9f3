using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Simple;

/// <summary>
/// Results of I/O and other events that wait for the caller's next step: the simple pool has this queue in place of a mailbox. Any thread may post.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds no resource.")]
internal sealed class ResultQueue
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly ConcurrentQueue<Action<TimeSpan>> _results = new();
    private readonly SemaphoreSlim _signal = new(0);

    /// <summary>Signals that no call has taken yet: one at most.</summary>
    public int Signals => _signal.CurrentCount;

    public void Post(Action<TimeSpan> result)
    {
        _results.Enqueue(result);
        // One signal is enough for all results in the queue, and signals that no call waits for must not add up.
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    /// <summary>Posts the end of a task.</summary>
    public void PostEnd(Task task, Action<TimeSpan> succeeded, Action<Exception, TimeSpan> failed) =>
        task.ContinueWith(
            done => Post(now =>
            {
                if (done.Exception?.GetBaseException() is { } error)
                    failed(error, now);
                else if (done.IsCanceled)
                    failed(new OperationCanceledException(), now);
                else
                    succeeded(now);
            }),
            CancellationToken.None,
            TaskContinuationOptions.DenyChildAttach,
            TaskScheduler.Default);

    public bool TryTake([NotNullWhen(true)] out Action<TimeSpan>? result) => _results.TryDequeue(out result);

    /// <summary>Waits for the next result, for this long at most.</summary>
    public Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        patience <= TimeSpan.Zero ? Task.CompletedTask : _signal.WaitAsync(patience < LongestWait ? patience : LongestWait, cancellationToken);
}

using ActorPool.Errors;

namespace ActorPool.Actors;

/// <summary>An order to the whole pool through the facade: start, close all, stop gracefully.</summary>
internal sealed class PoolOrder(PoolOrderKind kind, TimeSpan patience = default) : IPoolPromise
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PoolOrderKind Kind { get; } = kind;

    /// <summary>How long a graceful stop waits for borrowed connections.</summary>
    public TimeSpan Patience { get; } = patience;

    public Task Done => _done.Task;

    /// <summary>The manager has received the order.</summary>
    public Task Taken => _taken.Task;

    public void Take() => _taken.TrySetResult();

    public void Complete() => _done.TrySetResult();

    public void Fail(PoolFailure failure)
    {
        // A pool that has ended needs no stop: the order has succeeded.
        if (Kind == PoolOrderKind.Stop)
            Complete();
        else
            _done.TrySetException(failure.ToException());
    }
}

internal enum PoolOrderKind
{
    Start,
    CloseAll,
    Stop,
}

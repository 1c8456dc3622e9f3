namespace ActorPool.Actors;

/// <summary>An order to the whole pool through the facade: start, close all, stop gracefully.</summary>
internal sealed class PoolOrder(PoolOrderKind kind, TimeSpan patience = default) : IPoolRequest
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PoolOrderKind Kind { get; } = kind;

    /// <summary>How long a graceful stop waits for borrowed connections.</summary>
    public TimeSpan Patience { get; } = patience;

    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(PoolFailure failure)
    {
        // A pool that is gone is stopped.
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

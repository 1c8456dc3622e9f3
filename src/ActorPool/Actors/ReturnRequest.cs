using System.Threading.Tasks.Sources;

namespace ActorPool.Actors;

/// <summary>A return through the facade, answered when the manager has decided it.</summary>
internal sealed class ReturnRequest(PooledConnection connection, object? key, bool close) : IPoolRequest, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _promise = new() { RunContinuationsAsynchronously = true };
    private int _answered;

    public PooledConnection Connection { get; } = connection;

    public object? Key { get; } = key;

    public bool Close { get; } = close;

    public ValueTask Send(PoolCell cell)
    {
        cell.Send(this);
        return new ValueTask(this, _promise.Version);
    }

    public void Complete()
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _promise.SetResult(true);
    }

    public void Fail(PoolFailure failure) => Fail(failure.ToException());

    public void Fail(Exception error)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _promise.SetException(error);
    }

    void IValueTaskSource.GetResult(short token) => _promise.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);
}

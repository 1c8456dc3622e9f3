using System.Threading.Tasks.Sources;
using ActorPool.Insight;

namespace ActorPool.Actors;

/// <summary>A return through the facade, answered when the manager has decided it.</summary>
internal sealed class ReturnRequest(PoolCell cell, PooledConnection connection, object? key, bool close) : IPoolRequest, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _promise = new() { RunContinuationsAsynchronously = true };
    private TimeSpan? _used;
    private int _answered;

    public PooledConnection Connection { get; } = connection;

    public object? Key { get; } = key;

    public bool Close { get; } = close;

    public ValueTask Send()
    {
        cell.Send(this);
        return new ValueTask(this, _promise.Version);
    }

    /// <param name="used">For how long the connection was lent.</param>
    public void Complete(TimeSpan used)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return;
        if (PoolMetrics.MeasuresUse)
            _used = used;
        _promise.SetResult(true);
    }

    public void Fail(PoolFailure failure) => Fail(failure.ToException());

    public void Fail(Exception error)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _promise.SetException(error);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _promise.GetResult(token);
        if (_used is not { } used)
            return;
        _used = null;
        cell.Metrics.Used(used);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        CallerContext.OnCompleted(ref _promise, continuation, state, token, flags);
}

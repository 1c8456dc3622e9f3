using System.Threading.Tasks.Sources;
using ActorPool.Errors;
using ActorPool.Telemetry;

namespace ActorPool.Actors;

/// <summary>A return through the facade, answered when the manager has decided it.</summary>
internal sealed class ReturnRequest(PoolContext pool, PooledConnection connection, object? key, bool close) : IPoolPromise, IValueTaskSource
{
    private Promise<bool> _promise = new();
    private TimeSpan? _used;
    private int _answered;

    public PooledConnection Connection { get; } = connection;

    /// <summary>Whether it is returned under the key of the lease.</summary>
    public bool FitsKey { get; private set; }

    public bool Close { get; } = close;

    /// <summary>Sends it to the manager. The key is compared here, on the borrower's thread; an exception of the key is the answer.</summary>
    public ValueTask Send()
    {
        try
        {
            FitsKey = PooledConnection.FitsKey(Connection, pool, key) ?? key!.Equals(Connection.LentKey);
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }

        pool.Send(this);
        return new ValueTask(this, _promise.Version);
    }

    public void Complete()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return;
        if (PoolMetrics.MeasuresUse)
            _used = pool.Now - Connection.LentAt;
        _promise.SetResult(true);
    }

    public void Fail(PoolFailure failure)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _promise.SetException(failure.ToException());
    }

    void IValueTaskSource.GetResult(short token)
    {
        _promise.Wait(token);
        _promise.GetResult(token);
        if (_used is not { } used)
            return;
        _used = null;
        pool.Metrics.Used(used);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);
}

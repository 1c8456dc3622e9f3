using System.Threading.Tasks.Sources;
using ActorPool.Core;

namespace ActorPool.Actors;

/// <summary>
/// A request for a connection through the facade: the message, the place in the queue and the caller's promise in one object.
/// One compare-and-swap decides between the pool's answer and the caller's cancellation.
/// </summary>
internal sealed class AcquireRequest : Waiter, IPoolRequest, IValueTaskSource<PooledConnection>
{
    private const int Open = 0;
    private const int Claimed = 1;
    private const int GivenUp = 2;

    private readonly PoolCell _cell;
    private ManualResetValueTaskSourceCore<PooledConnection> _promise = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private PoolFailure? _failure;
    private int _state;

    public AcquireRequest(PoolCell cell, object? key, string? file, int line)
        : base(key, timeout: null)
    {
        _cell = cell;
        File = file;
        Line = line;
    }

    /// <summary>Where the caller asked.</summary>
    public string? File { get; }

    public int Line { get; }

    public ValueTask<PooledConnection> Send(CancellationToken cancellationToken)
    {
        _cell.Send(this);
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (request, token) => ((AcquireRequest)request!).Abandon(token), this);
        return new ValueTask<PooledConnection>(this, _promise.Version);
    }

    /// <summary>Who asked, for reports.</summary>
    public override string ToString() => File is null ? "an unknown caller" : $"{File}:{Line}";

    public override bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Open) == Open;

    /// <summary>The answer, after <see cref="TryClaim"/>.</summary>
    public void Complete(PooledConnection lease) => _promise.SetResult(lease);

    public void Fail(PoolFailure failure)
    {
        if (!TryClaim())
            return;
        _failure = failure;
        _promise.SetResult(null!);
    }

    /// <summary>The user's key threw.</summary>
    public void Fail(Exception error)
    {
        if (TryClaim())
            _promise.SetException(error);
    }

    PooledConnection IValueTaskSource<PooledConnection>.GetResult(short token)
    {
        _cancellation.Dispose();
        var lease = _promise.GetResult(token);
        return _failure is null ? lease : throw _failure.ToException();
    }

    ValueTaskSourceStatus IValueTaskSource<PooledConnection>.GetStatus(short token)
    {
        var status = _promise.GetStatus(token);
        return status == ValueTaskSourceStatus.Succeeded && _failure is not null ? ValueTaskSourceStatus.Faulted : status;
    }

    void IValueTaskSource<PooledConnection>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);

    private void Abandon(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Open) != Open)
            return;
        _promise.SetException(new OperationCanceledException("The wait for a connection was cancelled.", token));
        _cell.Note(new Abandoned(this));
    }
}

/// <summary>The caller of this request has given up.</summary>
internal sealed record Abandoned(AcquireRequest Request);

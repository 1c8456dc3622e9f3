using System.Threading.Tasks.Sources;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Telemetry;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// A request for a connection through the facade: the message, the place in the queue and the caller's promise in one object.
/// One compare-and-swap decides between the pool's answer and the caller's cancellation.
/// </summary>
/// <remarks>A request that completed synchronously was never queued; the same thread reuses it.</remarks>
internal sealed class AcquireRequest : BorrowRequest, IPoolRequest, IValueTaskSource<PooledConnection>
{
    private const int Open = 0;
    private const int Claimed = 1;
    private const int Answered = 2;
    private const int GivenUp = 3;

    // Together about two microseconds, as long as a change of threads takes. Measured with two threads that only borrow and return:
    // fewer checks leave a quarter of the requests to such a change, more cost time whenever the thread with the manager is held up.
    private const int TurnsBetweenChecks = 2;
    private static readonly int Checks = Environment.ProcessorCount > 1 ? 32 : 0;

    [ThreadStatic]
    private static AcquireRequest? _spare;

    private PoolContext _pool;
    private Promise<PooledConnection> _promise = new();
    private CancellationTokenRegistration _cancellation;
    private PoolFailure? _failure;
    private ObservedWait? _observed;
    private LeaseOrigin _origin;
    private int _state;

    private AcquireRequest(PoolContext pool)
        : base(key: null, timeout: null) => _pool = pool;

    /// <summary>The place of the call, and the owner if there is one.</summary>
    public override LeaseOrigin Origin => _origin;

    /// <summary>The actor whose lease it will be; null for one that belongs to no actor.</summary>
    public IActorRef? Owner { get; private set; }

    /// <summary>Requests a connection from the manager. The key is looked up here, on the borrower's thread; an exception of it is the answer.</summary>
    public static ValueTask<PooledConnection> Send(
        PoolContext pool, object? key, string? file, int line, CancellationToken cancellationToken, TimeSpan? timeout = null, IActorRef? owner = null)
    {
        var observed = ObservedWait.Begin();
        KeyEntry? entry = null;
        if (key is not null && Find(pool, key, out entry) is { } error)
        {
            observed?.End(error.GetType().FullName);
            observed?.Report(pool.Metrics);
            return ValueTask.FromException<PooledConnection>(error);
        }

        var request = _spare ?? new AcquireRequest(pool);
        _spare = null;
        request._pool = pool;
        request._observed = observed;
        request.Renew(key, timeout, entry);
        request.Owner = owner;
        request._origin = new LeaseOrigin(file, line, owner?.Path);
        return request.Send(cancellationToken);
    }

    /// <summary>Looks up the key. Its exception is a result, so that a borrow without a key enters no try block.</summary>
    private static Exception? Find(PoolContext pool, object key, out KeyEntry? entry)
    {
        try
        {
            entry = pool.Keys.Use(key);
            return null;
        }
        catch (Exception error)
        {
            entry = null;
            return error;
        }
    }

    private ValueTask<PooledConnection> Send(CancellationToken cancellationToken)
    {
        _pool.Send(this);
        // The answering thread leaves the request alone once the promise is kept.
        if (IsAnsweredAtOnce() && _failure is null)
            return new ValueTask<PooledConnection>(TakeAtOnce());
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (request, token) => ((AcquireRequest)request!).Abandon(token), this);
        return new ValueTask<PooledConnection>(this, _promise.Version);
    }

    /// <summary>
    /// Another caller's thread may be running the manager, and come to this request within less than a change of threads takes.
    /// </summary>
    private bool IsAnsweredAtOnce()
    {
        for (var check = 0; ; check++)
        {
            if (_promise.GetStatus(_promise.Version) == ValueTaskSourceStatus.Succeeded)
            {
                // It may have waited for a moment, between two checks.
                Volatile.ReadBarrier();
                return !HasWaited;
            }

            if (HasWaited || check == Checks)
                return false;
            Thread.SpinWait(TurnsBetweenChecks);
        }
    }

    private PooledConnection TakeAtOnce()
    {
        var lease = Take(_promise.Version);
        // A spare one keeps nothing alive.
        _pool = null!;
        Renew(null, null, null);
        Owner = null;
        _origin = default;
        _state = Open;
        _spare = this;
        return lease;
    }

    public override bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Open) == Open;

    /// <summary>It has to wait.</summary>
    public void Queued() => _observed?.Queued();

    /// <summary>The answer, after <see cref="TryClaim"/>: the caller takes it or, when it gave up before, the claim failed.</summary>
    public override bool Deliver(PooledConnection lease, IActorRef manager)
    {
        Volatile.Write(ref _state, Answered);
        _observed?.End();
        _promise.SetResult(lease);
        return true;
    }

    public override void Refuse(PoolFailure failure, IActorRef manager) => Fail(failure);

    public void Fail(PoolFailure failure)
    {
        if (!TryAnswer())
            return;
        _failure = failure;
        _observed?.End(failure.Kind.ToString());
        _promise.SetResult(null!);
    }

    /// <summary>The answer is an error that is not the pool's own: the owner cannot have a lease.</summary>
    public void Fail(Exception error)
    {
        if (!TryAnswer())
            return;
        _observed?.End(error.GetType().FullName);
        _promise.SetException(error);
    }

    /// <summary>The manager crashed, perhaps between its claim and its answer.</summary>
    public void FailAfterCrash(PoolFailure failure)
    {
        Interlocked.CompareExchange(ref _state, Open, Claimed);
        Fail(failure);
    }

    PooledConnection IValueTaskSource<PooledConnection>.GetResult(short token)
    {
        // Cancellation still works while the caller blocks here.
        _promise.Wait(token);
        _cancellation.Dispose();
        return Take(token);
    }

    private PooledConnection Take(short token)
    {
        if (_observed is { } observed)
        {
            _observed = null;
            observed.Report(_pool.Metrics);
        }

        var lease = _promise.GetResult(token);
        // A request that outlives the lease must not keep it reachable: then it could not be found as forgotten.
        _promise.Reset();
        return _failure is null ? lease : throw _failure.ToException();
    }

    ValueTaskSourceStatus IValueTaskSource<PooledConnection>.GetStatus(short token)
    {
        var status = _promise.GetStatus(token);
        return status == ValueTaskSourceStatus.Succeeded && _failure is not null ? ValueTaskSourceStatus.Faulted : status;
    }

    void IValueTaskSource<PooledConnection>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);

    private bool TryAnswer() => Interlocked.CompareExchange(ref _state, Answered, Open) == Open;

    private void Abandon(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Open) != Open)
            return;
        _observed?.End(typeof(OperationCanceledException).FullName);
        _promise.SetException(new OperationCanceledException("The wait for a connection was cancelled.", token));
        _pool.Note(new Abandoned(this));
    }
}

/// <summary>The caller of this request has cancelled it.</summary>
internal sealed record Abandoned(AcquireRequest Request) : INote;

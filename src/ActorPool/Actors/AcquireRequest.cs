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

    // All checks take about two microseconds, as long as a change of threads. Measured with two threads that only borrow and return:
    // with fewer checks a quarter of the requests need such a change; with more, time is lost whenever the manager's thread is delayed.
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
        : base(key: null, timeout: null, isExclusive: false) => _pool = pool;

    /// <summary>The place of the call, and the owner if there is one.</summary>
    public override LeaseOrigin Origin => _origin;

    /// <summary>The actor that will own the lease; null when no actor will.</summary>
    public IActorRef? Owner { get; private set; }

    /// <summary>Requests a connection from the manager. The key is looked up here, on the borrower's thread; an exception of the key is the answer.</summary>
    public static ValueTask<PooledConnection> Send(
        PoolContext pool, object? key, string? file, int line, CancellationToken cancellationToken, TimeSpan? timeout = null, IActorRef? owner = null, bool isExclusive = false)
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
        request.Renew(key, timeout, isExclusive, entry);
        request.Owner = owner;
        request._origin = new LeaseOrigin(file, line, owner?.Path);
        return request.Send(cancellationToken);
    }

    /// <summary>Looks up the key and returns its exception, so that a borrow without a key enters no try block.</summary>
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
        // The answering thread does not touch the request once the promise has its result.
        if (IsAnsweredAtOnce() && _failure is null)
            return new ValueTask<PooledConnection>(TakeAtOnce());
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (request, token) => ((AcquireRequest)request!).Abandon(token), this);
        return new ValueTask<PooledConnection>(this, _promise.Version);
    }

    /// <summary>
    /// Checks for an early answer: another caller's thread may be running the manager, and reach this request sooner than a change of threads
    /// takes.
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
        // A spare request must keep nothing else alive.
        _pool = null!;
        Renew(null, null, false, null);
        Owner = null;
        _origin = default;
        _state = Open;
        _spare = this;
        return lease;
    }

    public override bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Open) == Open;

    /// <summary>The request has to wait.</summary>
    public void Queued() => _observed?.Queued();

    /// <summary>Delivers the answer after a successful <see cref="TryClaim"/>. If the caller had given up, the claim would have failed.</summary>
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
        // A request that outlives its lease must not keep it reachable, or the garbage collector could not find a forgotten lease.
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

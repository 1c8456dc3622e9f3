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
/// <remarks>One that got its connection at once has been seen by nobody else and is used again by its thread.</remarks>
internal sealed class AcquireRequest : Waiter, IPoolRequest, IValueTaskSource<PooledConnection>
{
    private const int Open = 0;
    private const int Claimed = 1;
    private const int Answered = 2;
    private const int GivenUp = 3;

    // Together about two microseconds, as long as a change of threads takes. Measured with two threads that do nothing but borrow and
    // return: fewer looks leave a quarter of the requests to such a change, more cost time whenever the thread with the manager is held up.
    private const int TurnsBetweenLooks = 2;
    private static readonly int Looks = Environment.ProcessorCount > 1 ? 32 : 0;

    [ThreadStatic]
    private static AcquireRequest? _spare;

    private PoolContext _cell;
    private Promise<PooledConnection> _promise = new();
    private CancellationTokenRegistration _cancellation;
    private PoolFailure? _failure;
    private ObservedWait? _observed;
    private int _state;

    private AcquireRequest(PoolContext cell)
        : base(key: null, timeout: null) => _cell = cell;

    /// <summary>Where the caller asked.</summary>
    public LeaseOrigin Origin { get; private set; }

    /// <summary>The actor whose lease it will be; null for one that belongs to no actor.</summary>
    public IActorRef? Owner { get; private set; }

    /// <summary>Asks the manager for a connection. The key is looked up here, on its borrower's thread; what it throws is the answer.</summary>
    public static ValueTask<PooledConnection> Send(
        PoolContext cell, object? key, string? file, int line, CancellationToken cancellationToken, TimeSpan? timeout = null, IActorRef? owner = null)
    {
        var observed = ObservedWait.Begin();
        KeyEntry? entry = null;
        if (key is not null && Find(cell, key, out entry) is { } error)
        {
            observed?.End(error.GetType().FullName);
            observed?.Report(cell.Metrics);
            return ValueTask.FromException<PooledConnection>(error);
        }

        var request = _spare ?? new AcquireRequest(cell);
        _spare = null;
        request._cell = cell;
        request._observed = observed;
        request.Renew(key, timeout, entry);
        request.Owner = owner;
        request.Origin = new LeaseOrigin(file, line, owner?.Path);
        return request.Send(cancellationToken);
    }

    /// <summary>Looks up the key. What it throws is given back: a borrow without a key pays nothing for the case.</summary>
    private static Exception? Find(PoolContext cell, object key, out KeyEntry? entry)
    {
        try
        {
            entry = cell.Keys.Use(key);
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
        _cell.Send(this);
        // Whoever gave the answer does nothing more with the request after the promise is kept.
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
        for (var look = 0; ; look++)
        {
            if (_promise.GetStatus(_promise.Version) == ValueTaskSourceStatus.Succeeded)
            {
                // It may have waited for a moment, between two looks.
                Volatile.ReadBarrier();
                return !HasWaited;
            }

            if (HasWaited || look == Looks)
                return false;
            Thread.SpinWait(TurnsBetweenLooks);
        }
    }

    private PooledConnection TakeAtOnce()
    {
        var lease = Take(_promise.Version);
        // A spare one keeps nothing alive.
        _cell = null!;
        Renew(null, null, null);
        Owner = null;
        Origin = default;
        _state = Open;
        _spare = this;
        return lease;
    }

    public override bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Open) == Open;

    /// <summary>It is not answered at once.</summary>
    public void Queued() => _observed?.Queued();

    /// <summary>The answer, after <see cref="TryClaim"/>.</summary>
    public void Complete(PooledConnection lease)
    {
        Volatile.Write(ref _state, Answered);
        _observed?.End();
        _promise.SetResult(lease);
    }

    public void Fail(PoolFailure failure)
    {
        if (!TryAnswer())
            return;
        _failure = failure;
        _observed?.End(failure.Kind.ToString());
        _promise.SetResult(null!);
    }

    /// <summary>Its owner cannot have a lease.</summary>
    public void Fail(Exception error)
    {
        if (!TryAnswer())
            return;
        _observed?.End(error.GetType().FullName);
        _promise.SetException(error);
    }

    /// <summary>A manager that crashed may have claimed it and not come to its answer.</summary>
    public void FailAfterCrash(PoolFailure failure)
    {
        Interlocked.CompareExchange(ref _state, Open, Claimed);
        Fail(failure);
    }

    PooledConnection IValueTaskSource<PooledConnection>.GetResult(short token)
    {
        // A caller that blocks can be cancelled yet.
        _promise.Wait(token);
        _cancellation.Dispose();
        return Take(token);
    }

    private PooledConnection Take(short token)
    {
        if (_observed is { } observed)
        {
            _observed = null;
            observed.Report(_cell.Metrics);
        }

        var lease = _promise.GetResult(token);
        // The request may live longer than its caller's lease; it must not keep that one alive.
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
        _cell.Note(new Abandoned(this));
    }
}

/// <summary>The caller of this request has given up.</summary>
internal sealed record Abandoned(AcquireRequest Request) : INoSerializationVerificationNeeded;

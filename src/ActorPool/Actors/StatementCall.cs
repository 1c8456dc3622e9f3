using System.Threading.Tasks.Sources;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Statements;
using ActorPool.Telemetry;

namespace ActorPool.Actors;

/// <summary>A statement told through the facade: the message, its place in the pool and the caller's promise in one object.</summary>
internal sealed class StatementCall<T> : StatementRequest<T>, IPoolRequest, IValueTaskSource<T>
{
    // A continuation may tell the next statement, whose answer may be there at once, and so on.
    [ThreadStatic]
    private static bool _isContinuing;

    private Promise<T> _promise = new();
    private CancellationTokenRegistration _cancellation;

    private StatementCall(PoolContext pool, Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool isRepeatable)
        : base(pool, statements, result, key, timeout, isRepeatable, ObservedStatement.OfCall(pool.Metrics, statements))
    {
    }

    /// <summary>Tells the manager. The key is looked up here, on the caller's thread; an exception of the key is the answer.</summary>
    public static ValueTask<T> Send(
        PoolContext pool, Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool isRepeatable, CancellationToken cancellationToken)
    {
        KeyEntry? entry = null;
        try
        {
            if (key is not null)
                entry = pool.Keys.Use(key);
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }

        var call = new StatementCall<T>(pool, statements, result, key, timeout, isRepeatable) { Entry = entry };
        // Registered first: the answer may come at once, and its caller disposes the registration.
        if (cancellationToken.CanBeCanceled)
            call._cancellation = cancellationToken.UnsafeRegister(static (call, token) => ((StatementCall<T>)call!).GiveUp(token), call);
        pool.SendStatement(call);
        return new ValueTask<T>(call, call._promise.Version);
    }

    public void Fail(PoolFailure failure) => Refuse(failure);

    T IValueTaskSource<T>.GetResult(short token)
    {
        // Cancellation still works while the caller blocks here.
        _promise.Wait(token);
        _cancellation.Dispose();
        return _promise.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);

    protected override void Answer(T answer, bool onThisThread)
    {
        if (!onThisThread || _isContinuing)
        {
            _promise.SetResult(answer);
            return;
        }

        _isContinuing = true;
        try
        {
            _promise.SetResultHere(answer);
        }
        finally
        {
            _isContinuing = false;
        }
    }

    protected override void Answer(Exception error, bool onThisThread) => _promise.SetException(error);

    private void GiveUp(CancellationToken token)
    {
        if (!TryGiveUp(out var wasSent))
            return;
        _promise.SetException(new OperationCanceledException(
            wasSent ? "The wait for the answer was cancelled. The statement was sent and may have been carried out." : "The statement was cancelled before it was sent.", token));
        Pool.Note(new StatementGivenUp(this));
    }
}

/// <summary>The caller of this statement has cancelled it.</summary>
internal sealed record StatementGivenUp(ToldStatement Statement) : INote;

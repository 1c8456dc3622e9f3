using System.Threading.Tasks.Sources;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Statements;
using ActorPool.Telemetry;

namespace ActorPool.Actors;

/// <summary>A statement told through the facade: the message, its place in the pool and the caller's promise in one object.</summary>
/// <remarks>
/// The object of a statement that has succeeded is used again, once three have ended with it: the caller that took the result, the core, and the
/// thread that delivered the answer.
/// </remarks>
internal sealed class StatementCall<T> : StatementRequest<T>, IPoolRequest, IValueTaskSource<T>
{
    // A continuation may tell the next statement, whose answer may be there at once, and so on.
    [ThreadStatic]
    private static bool _isContinuing;

    private const int MostSpare = 64;
    private const int Users = 3;

    [ThreadStatic]
    private static Stack<StatementCall<T>>? _spare;

    private Promise<T> _promise = new();
    private CancellationTokenRegistration _cancellation;
    private int _ended;

    private StatementCall()
        : base(key: null, timeout: null)
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

        var call = _spare is { } spare && spare.TryPop(out var used) ? used : new StatementCall<T>();
        call.Renew(key, timeout, entry);
        call.Set(pool, statements, result, isRepeatable, ObservedStatement.OfCall(pool.Metrics, statements));
        // Registered first: the answer may come at once, and its caller disposes the registration.
        if (cancellationToken.CanBeCanceled)
            call._cancellation = cancellationToken.UnsafeRegister(static (call, token) => ((StatementCall<T>)call!).GiveUp(token), call);
        // Taken first: the call may be answered at once.
        var answer = new ValueTask<T>(call, call._promise.Version);
        pool.SendStatement(call);
        return answer;
    }

    public void Fail(PoolFailure failure) => Refuse(failure);

    T IValueTaskSource<T>.GetResult(short token)
    {
        // Cancellation still works while the caller blocks here.
        _promise.Wait(token);
        _cancellation.Dispose();
        var answer = _promise.GetResult(token);
        // From here on the token is refused, as that of a promise that was taken.
        _promise.Reset();
        EndUse();
        return answer;
    }

    public override void Released() => EndUse();

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _promise.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _promise.OnCompleted(continuation, state, token, flags);

    protected override void Answer(T answer, bool onThisThread)
    {
        if (!onThisThread || _isContinuing)
        {
            _promise.SetResult(answer);
        }
        else
        {
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

        EndUse();
    }

    protected override void Answer(Exception error, bool onThisThread) => _promise.SetException(error);

    /// <summary>One of its users has ended with it.</summary>
    private void EndUse()
    {
        if (Interlocked.Increment(ref _ended) < Users)
            return;
        Clear();
        (_cancellation, _ended) = (default, 0);
        var spare = _spare ??= new Stack<StatementCall<T>>(MostSpare);
        if (spare.Count < MostSpare)
            spare.Push(this);
    }

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

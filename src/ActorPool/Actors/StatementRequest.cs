using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Statements;
using ActorPool.Telemetry;
using Npgsql;

namespace ActorPool.Actors;

/// <summary>
/// A statement, or a group, that a caller told the pool. One compare-and-swap decides each step: it is claimed for a batch, it is answered, or its caller
/// gives up. An answer has one of three outcomes: done, not done, unknown.
/// </summary>
internal abstract class StatementRequest<T>(object? key, TimeSpan? timeout) : RunnableStatement(key, timeout), IStatementRequest
{
    private const int Waiting = 0;
    private const int Claimed = 1;
    private const int Answered = 2;
    private const int GivenUp = 3;

    private PoolContext _pool = null!;
    private Statement[] _statements = null!;
    private StatementResult<T> _result = null!;
    private ObservedStatement? _observed;
    private bool _isRepeatable;
    private int _state;
    private T? _answer;
    private Exception? _error;

    public sealed override object Text => _statements[0].Text;

    public sealed override int Bytes
    {
        get
        {
            var bytes = 0;
            foreach (var statement in _statements)
                bytes += statement.Bytes;
            return bytes;
        }
    }

    public sealed override ReadOnlySpan<Statement> ToSend => _statements;

    public sealed override bool IsRepeatable => _isRepeatable;

    public sealed override bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    public sealed override RowsWanted Wanted => _result.Wanted;

    protected PoolContext Pool => _pool;

    public sealed override void Begin() => _result.Begin();

    public sealed override void Columns(NpgsqlDataReader reader) => _result.Columns(reader);

    public sealed override void Row(NpgsqlDataReader reader) => _result.Row(reader);

    // While it is in a batch that has not ended.
    private int BatchSize => RunsOn?.Batch?.Statements.Count ?? 0;

    public override bool TryClaim()
    {
        if (!TryMove(Waiting, Claimed))
            return false;
        _observed?.Sent();
        return true;
    }

    public sealed override bool TryUnclaim() => TryMove(Claimed, Waiting);

    public sealed override void Succeed(ReadOnlySpan<int> affected)
    {
        // The answer stands before the state says so.
        if (Volatile.Read(ref _state) != Claimed)
            return;
        T answer;
        try
        {
            answer = _result.End(affected);
        }
        catch (Exception error)
        {
            Fail(error);
            return;
        }

        if (!TryMove(Claimed, Answered))
            return;
        _answer = answer;
        _observed?.End(BatchSize);
    }

    public sealed override void Fail(Exception error) => TryFail(error);

    public sealed override void FailUnknown(Exception? cause)
    {
        if (TryFail(Unknown(cause).ToException()))
            IsOutcomeUnknown = true;
    }

    public sealed override void Deliver(bool onThisThread)
    {
        if (Volatile.Read(ref _state) != Answered)
            return;
        if (_error is { } error)
            Answer(error, onThisThread);
        else
            Answer(_answer!, onThisThread);
    }

    /// <summary>Refuses it unsent. An earlier run may have carried it out all the same.</summary>
    public void Refuse(PoolFailure failure)
    {
        if (!TryMove(Waiting, Answered))
            return;
        var error = (MayHaveRun ? Unknown(failure.ToException()) : failure).ToException();
        _observed?.End(batchSize: 0, ErrorTypes.Of(error));
        Answer(error, onThisThread: false);
    }

    /// <summary>It was sent, and its time is over.</summary>
    public void Late() => FailUnanswered(new TimeoutException("The time-out of the statement was over before its answer came."));

    /// <summary>It was sent, and the pool ends before its answer.</summary>
    public void FailUnanswered(PoolFailure failure) => FailUnanswered(failure.ToException());

    /// <summary>The manager crashed, perhaps between the claim and the order to run it: it was not sent.</summary>
    public void FailAfterCrash(PoolFailure failure)
    {
        TryUnclaim();
        Refuse(failure);
    }

    /// <summary>The caller gives up. False when it has its answer already.</summary>
    /// <param name="wasSent">It may be carried out all the same.</param>
    protected bool TryGiveUp(out bool wasSent)
    {
        wasSent = !TryMove(Waiting, GivenUp);
        if (wasSent && !TryMove(Claimed, GivenUp))
            return false;
        _observed?.End(batchSize: 0, new StatementError(typeof(OperationCanceledException).FullName!, null));
        return true;
    }

    /// <param name="pool">The pool that runs it.</param>
    /// <param name="statements">What to run: one, or a group.</param>
    /// <param name="result">Takes the rows, and makes the answer.</param>
    /// <param name="isRepeatable">It may be run a second time.</param>
    /// <param name="observed">Measures it; null when nothing does.</param>
    protected void Set(PoolContext pool, Statement[] statements, StatementResult<T> result, bool isRepeatable, ObservedStatement? observed)
    {
        (_pool, _statements, _result, _isRepeatable, _observed) = (pool, statements, result, isRepeatable, observed);
        _state = Waiting;
    }

    /// <summary>Keeps nothing alive until it is used again.</summary>
    protected void Clear()
    {
        (_pool, _statements, _result, _observed, _answer) = (null!, null!, null!, null, default);
        Renew(null, null, null);
    }

    protected abstract void Answer(T answer, bool onThisThread);

    protected abstract void Answer(Exception error, bool onThisThread);

    private void FailUnanswered(Exception cause)
    {
        if (!TryMove(Claimed, GivenUp))
            return;
        IsOutcomeUnknown = true;
        var error = Unknown(cause).ToException();
        _observed?.End(BatchSize, ErrorTypes.Of(error));
        Answer(error, onThisThread: false);
    }

    private bool TryFail(Exception error)
    {
        if (!TryMove(Claimed, Answered))
            return false;
        _error = error;
        _observed?.End(BatchSize, ErrorTypes.Of(error));
        return true;
    }

    private bool TryMove(int from, int to) => Interlocked.CompareExchange(ref _state, to, from) == from;

    private PoolFailure Unknown(Exception? cause) => new(PoolErrorKind.OutcomeUnknown, _pool.Name, Cause: cause);
}

/// <summary>A <see cref="StatementRequest{T}"/>, whatever its answer.</summary>
internal interface IStatementRequest
{
    void Refuse(PoolFailure failure);

    void Late();

    void FailUnanswered(PoolFailure failure);

    void FailAfterCrash(PoolFailure failure);
}

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
/// <remarks>The last argument measures it, and is null when nothing does.</remarks>
internal abstract class StatementRequest<T>(
    PoolContext pool, Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool isRepeatable, ObservedStatement? observed)
    : RunnableStatement(key, timeout), IStatementRequest
{
    private const int Waiting = 0;
    private const int Claimed = 1;
    private const int Answered = 2;
    private const int GivenUp = 3;

    private int _state;
    private T? _answer;
    private Exception? _error;

    public sealed override object Text => statements[0].Text;

    public sealed override int Bytes
    {
        get
        {
            var bytes = 0;
            foreach (var statement in statements)
                bytes += statement.Bytes;
            return bytes;
        }
    }

    public sealed override ReadOnlySpan<Statement> ToSend => statements;

    public sealed override bool IsRepeatable => isRepeatable;

    public sealed override bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    public sealed override RowsWanted Wanted => result.Wanted;

    protected PoolContext Pool => pool;

    public sealed override void Begin() => result.Begin();

    public sealed override void Columns(NpgsqlDataReader reader) => result.Columns(reader);

    public sealed override void Row(NpgsqlDataReader reader) => result.Row(reader);

    // While it is in a batch that has not ended.
    private int BatchSize => RunsOn?.Batch?.Statements.Count ?? 0;

    public override bool TryClaim()
    {
        if (!TryMove(Waiting, Claimed))
            return false;
        observed?.Sent();
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
            answer = result.End(affected);
        }
        catch (Exception error)
        {
            Fail(error);
            return;
        }

        if (!TryMove(Claimed, Answered))
            return;
        _answer = answer;
        observed?.End(BatchSize);
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
        observed?.End(batchSize: 0, ErrorTypes.Of(error));
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
        observed?.End(batchSize: 0, new StatementError(typeof(OperationCanceledException).FullName!, null));
        return true;
    }

    protected abstract void Answer(T answer, bool onThisThread);

    protected abstract void Answer(Exception error, bool onThisThread);

    private void FailUnanswered(Exception cause)
    {
        if (!TryMove(Claimed, GivenUp))
            return;
        IsOutcomeUnknown = true;
        var error = Unknown(cause).ToException();
        observed?.End(BatchSize, ErrorTypes.Of(error));
        Answer(error, onThisThread: false);
    }

    private bool TryFail(Exception error)
    {
        if (!TryMove(Claimed, Answered))
            return false;
        _error = error;
        observed?.End(BatchSize, ErrorTypes.Of(error));
        return true;
    }

    private bool TryMove(int from, int to) => Interlocked.CompareExchange(ref _state, to, from) == from;

    private PoolFailure Unknown(Exception? cause) => new(PoolErrorKind.OutcomeUnknown, pool.Name, Cause: cause);
}

/// <summary>A <see cref="StatementRequest{T}"/>, whatever its answer.</summary>
internal interface IStatementRequest
{
    void Refuse(PoolFailure failure);

    void Late();

    void FailUnanswered(PoolFailure failure);

    void FailAfterCrash(PoolFailure failure);
}

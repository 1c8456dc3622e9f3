using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Actors;

/// <summary>
/// A statement, or a group, that a caller told the pool. One compare-and-swap decides each step: it is claimed for a batch, it is answered, or its caller
/// gives up. An answer has one of three outcomes: done, not done, unknown.
/// </summary>
internal abstract class StatementRequest<T>(
    PoolContext pool, Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool isRepeatable)
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

    public override bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Waiting) == Waiting;

    public sealed override bool TryUnclaim() => Interlocked.CompareExchange(ref _state, Waiting, Claimed) == Claimed;

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

        if (Interlocked.CompareExchange(ref _state, Answered, Claimed) == Claimed)
            _answer = answer;
    }

    public sealed override void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _state, Answered, Claimed) == Claimed)
            _error = error;
    }

    public sealed override void FailUnknown(Exception? cause)
    {
        IsOutcomeUnknown = true;
        Fail(Unknown(cause).ToException());
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
        if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
            Answer((MayHaveRun ? Unknown(failure.ToException()) : failure).ToException(), onThisThread: false);
    }

    /// <summary>It was sent, and its time is over.</summary>
    public void Late()
    {
        if (!TryGiveUp(Claimed))
            return;
        IsOutcomeUnknown = true;
        Answer(Unknown(new TimeoutException("The time-out of the statement was over before its answer came.")).ToException(), onThisThread: false);
    }

    /// <summary>It was sent, and the pool ends before its answer.</summary>
    public void FailUnanswered(PoolFailure failure)
    {
        if (TryGiveUp(Claimed))
            Answer(Unknown(failure.ToException()).ToException(), onThisThread: false);
    }

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
        wasSent = !TryGiveUp(Waiting);
        return !wasSent || TryGiveUp(Claimed);
    }

    protected abstract void Answer(T answer, bool onThisThread);

    protected abstract void Answer(Exception error, bool onThisThread);

    private bool TryGiveUp(int from) => Interlocked.CompareExchange(ref _state, GivenUp, from) == from;

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

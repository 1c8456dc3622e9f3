using ActorPool.Core.Model;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// A statement as a connection runs it: what to send, who takes the rows, and the answer. A group (ExecuteAll) has several texts, which are run as one
/// transaction.
/// </summary>
/// <remarks>
/// First the answer is decided, by <see cref="Succeed"/>, <see cref="Fail"/> or <see cref="FailUnknown"/>; it is without effect when the caller has given up.
/// <see cref="Deliver"/> then lets the caller continue. The last statement of a batch is delivered by the connection's actor, after the batch is reported.
/// </remarks>
internal abstract class RunnableStatement(object? key, TimeSpan? timeout) : ToldStatement(key, timeout)
{
    /// <summary>What to send: one statement, or those of a group.</summary>
    public abstract ReadOnlySpan<Statement> ToSend { get; }

    /// <summary>It may be run a second time when its connection is lost before the answer.</summary>
    public abstract bool IsRepeatable { get; }

    /// <summary>The caller does not wait any longer: the result is thrown away.</summary>
    public abstract bool IsGivenUp { get; }

    /// <summary>Which rows are passed to <see cref="Row"/>.</summary>
    public abstract RowsWanted Wanted { get; }

    /// <summary>A run begins; it may be the second one.</summary>
    public abstract void Begin();

    /// <summary>The result has columns. An exception is the answer.</summary>
    public abstract void Columns(NpgsqlDataReader reader);

    /// <summary>The reader is on a row. An exception, also of the user's code, is the answer.</summary>
    public abstract void Row(NpgsqlDataReader reader);

    /// <summary>The server has carried it out.</summary>
    /// <param name="affected">The affected rows of each statement sent.</param>
    public abstract void Succeed(ReadOnlySpan<int> affected);

    /// <summary>It had no effect, or its result could not be used: the answer is this error.</summary>
    public abstract void Fail(Exception error);

    /// <summary>It was sent and may have been carried out.</summary>
    /// <param name="cause">The error of the connection, if there was one.</param>
    public abstract void FailUnknown(Exception? cause);

    /// <summary>The decided answer reaches the caller.</summary>
    /// <param name="onThisThread">The caller's continuation may run on this thread, because nothing else is left to do on it.</param>
    public abstract void Deliver(bool onThisThread);
}

using System.Data.Common;

namespace ActorPool.Statements;

/// <summary>Takes the result of a statement while it is read from the connection, and makes the caller's answer of it.</summary>
/// <remarks>Called by the thread that reads. An exception from <see cref="Columns"/> or <see cref="Row"/> is the answer; the rest of the rows is skipped.</remarks>
internal abstract class StatementResult<T>
{
    /// <summary>Whether <see cref="Row"/> is called for each row, or at most for the first.</summary>
    public virtual RowsWanted Wanted => RowsWanted.All;

    /// <summary>A run begins; it may be the second one.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>The statement returns rows. Called before the first, also when there are none.</summary>
    public virtual void Columns(DbDataReader reader)
    {
    }

    /// <summary>The reader is on a row.</summary>
    public virtual void Row(DbDataReader reader)
    {
    }

    /// <summary>The statement has succeeded.</summary>
    /// <param name="affected">The number of affected rows of each statement of a group; of a single statement, one number. -1 where the server gives none.</param>
    public abstract T End(ReadOnlySpan<int> affected);
}

/// <summary>Which rows a <see cref="StatementResult{T}"/> looks at.</summary>
internal enum RowsWanted : byte
{
    None,
    First,
    All,
}

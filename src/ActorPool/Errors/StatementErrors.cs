namespace ActorPool.Errors;

/// <summary>The errors that a connection itself finds in a statement told to the pool.</summary>
internal static class StatementErrors
{
    /// <summary>The server has reported an open transaction after the statement.</summary>
    public static PoolException LeftTransactionOpen(string pool) => new PoolFailure(PoolErrorKind.NotAsStatement, pool)
    {
        Detail = "the statement left a transaction open on a connection that other callers share. The pool has rolled it back",
        Advice = "Use TransactAsync for a transaction, or borrow a connection.",
    }.ToException();

    /// <summary>The caller's code did more with the reader than to read the columns of its row.</summary>
    public static InvalidOperationException ReaderMoved(Exception? cause) => new(
        "The code that makes an object of a row has closed the reader or moved it to another row. The statement was carried out, and its other rows were skipped. Only read the columns of the row on which the reader stands.",
        cause);

    /// <summary>The text cannot be sent at all.</summary>
    public static ArgumentException NotSendable(string why) => new($"The statement cannot be sent: {why}. Nothing was sent.");
}

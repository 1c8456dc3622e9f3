namespace ActorPool.Statements;

/// <summary>A pool that runs statements itself. On any other pool each statement runs on a lease.</summary>
internal interface IStatementPool
{
    /// <summary>Runs one statement, or several as a group: all of them or none.</summary>
    /// <param name="statements">At least one.</param>
    /// <param name="result">Takes the rows and makes the answer; used by this call alone.</param>
    /// <param name="key">See <c>StatementOptions.Key</c>.</param>
    /// <param name="timeout">See <c>StatementOptions.Timeout</c>.</param>
    /// <param name="repeatable">See <c>StatementOptions.Repeatable</c>.</param>
    /// <param name="cancellationToken">Ends the wait: a statement that was not sent is dropped, one that runs is cancelled at the server.</param>
    ValueTask<T> RunAsync<T>(
        Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool repeatable, CancellationToken cancellationToken);
}

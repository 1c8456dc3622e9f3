using ActorPool.Errors;

namespace ActorPool.LeasedWork;

/// <summary>Runs code in a transaction on a lease of its own: BEGIN, the code, COMMIT; or ROLLBACK when the code throws.</summary>
internal static class TransactionRun
{
    // The driver waits two seconds for the answer to a cancel request.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<T> RunAsync<T>(
        Lender lender, Func<PooledConnection, CancellationToken, Task<T>> body, TimeSpan timeout, bool repeatable, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeout, cancellationToken);
        for (var mayRepeat = repeatable; ; mayRepeat = false)
        {
            var lease = await lender.BorrowAsync(limit).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                var transaction = new LeasedTransaction(lease);
                try
                {
                    await transaction.BeginAsync(limit.Token).ConfigureAwait(false);
                    var value = await RunBodyAsync(body, lease, limit.Token).ConfigureAwait(false);
                    limit.Token.ThrowIfCancellationRequested();
                    await transaction.CommitAsync(limit.Token).ConfigureAwait(false);
                    return value;
                }
                catch (Exception error)
                {
                    var wasLost = transaction.IsOutcomeUnknown || (!lease.IsOver && LeaseLoss.IsLost(lease, error));
                    await transaction.RollBackAsync().ConfigureAwait(false);
                    if (wasLost && mayRepeat && !limit.Token.IsCancellationRequested)
                        continue;
                    if (error is OperationCanceledException)
                        limit.ThrowIfCancelledByCaller();
                    if (transaction.IsOutcomeUnknown)
                        throw StatementFailures.CommitLost(lender.Pool, limit.IsOver ? new TimeoutException(error.Message, error) : error).ToException();
                    if (limit.IsOver && error is OperationCanceledException)
                        throw StatementFailures.TransactionTimedOut(lender.Pool, timeout, error).ToException();
                    throw;
                }
            }
        }
    }

    /// <summary>Code that does not heed its token is left behind: its lease ends, and with it the transaction.</summary>
    private static async Task<T> RunBodyAsync<T>(Func<PooledConnection, CancellationToken, Task<T>> body, PooledConnection lease, CancellationToken cancellationToken)
    {
        var running = body(lease, cancellationToken) ?? throw new InvalidOperationException("The code of the transaction returned no task.");
        using var leaving = new CancellationTokenSource();
        using var cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(Patience), leaving);
        try
        {
            return await running.WaitAsync(leaving.Token).ConfigureAwait(false);
        }
        finally
        {
            if (!running.IsCompleted)
                _ = running.ContinueWith(static left => left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}

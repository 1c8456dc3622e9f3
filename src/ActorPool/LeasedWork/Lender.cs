using ActorPool.Errors;

namespace ActorPool.LeasedWork;

/// <summary>Where a statement or a transaction gets the lease on which it runs.</summary>
/// <param name="Pool">The name of the pool, for errors.</param>
/// <param name="Borrow">Borrows a connection. No other borrower uses the session of the key meanwhile, if there is a key.</param>
internal sealed record Lender(string Pool, Func<CancellationToken, ValueTask<PooledConnection>> Borrow)
{
    /// <summary>Borrows within the time.</summary>
    /// <exception cref="PoolException">The pool refuses, or the time is over.</exception>
    public async ValueTask<PooledConnection> BorrowAsync(TimeLimit limit)
    {
        PooledConnection lease;
        try
        {
            lease = await Borrow(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Token.IsCancellationRequested)
        {
            limit.ThrowIfCancelledByCaller();
            throw StatementFailures.TimedOutBeforeRunning(Pool, limit.Timeout).ToException();
        }

        if (limit.TryStart())
            return lease;
        await lease.DisposeAsync().ConfigureAwait(false);
        throw StatementFailures.TimedOutBeforeRunning(Pool, limit.Timeout).ToException();
    }
}

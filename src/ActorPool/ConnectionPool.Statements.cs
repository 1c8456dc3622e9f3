using ActorPool.Actors;
using ActorPool.Leases;
using ActorPool.Statements;

namespace ActorPool;

// Statements told to the pool.
public sealed partial class ConnectionPool : IStatementPool
{
    ValueTask<T> IStatementPool.RunAsync<T>(
        Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool repeatable, CancellationToken cancellationToken)
    {
        AmbientTransaction.Check(_context.Settings);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<T>(cancellationToken)
            : StatementCall<T>.Send(_context, statements, result, key, timeout, repeatable, cancellationToken);
    }
}

using System.Data.Common;
using ActorPool.Errors;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.LeasedWork;

/// <summary>Runs a statement, or a group of them, on a lease of its own: for pools that do not run statements themselves.</summary>
internal static class StatementRun
{
    public static async ValueTask<T> RunAsync<T>(
        Lender lender, Statement[] statements, StatementResult<T> result, TimeSpan timeout, bool repeatable, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeout, cancellationToken);
        for (var mayRepeat = repeatable; ; mayRepeat = false)
        {
            var lease = await lender.BorrowAsync(limit).ConfigureAwait(false);
            try
            {
                result.Begin();
                return statements.Length == 1
                    ? await RunOneAsync(lease, statements[0], result, limit.Token).ConfigureAwait(false)
                    : result.End(await RunGroupAsync(lease, statements, limit.Token).ConfigureAwait(false));
            }
            catch (Exception error) when (limit.Token.IsCancellationRequested && WasCancelled(error))
            {
                limit.ThrowIfCancelledByCaller();
                throw StatementFailures.TimedOutWhileRunning(lender.Pool, timeout).ToException();
            }
            catch (Exception error) when (LeaseLoss.IsLost(lease, error))
            {
                if (!mayRepeat)
                    throw StatementFailures.Lost(lender.Pool, error).ToException();
            }
            finally
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The end of a command that was cancelled: the server's word, or that of the driver which no longer waits for it.</summary>
    private static bool WasCancelled(Exception error) =>
        error is OperationCanceledException or (DbException and not PoolException and not PostgresException { SqlState: not PostgresErrorCodes.QueryCanceled });

    private static async Task<T> RunOneAsync<T>(PooledConnection lease, Statement statement, StatementResult<T> result, CancellationToken cancellationToken)
    {
        var command = lease.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            LeasedStatement.Set(command, statement);
            if (result.Wanted == RowsWanted.None)
                return result.End([await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false)]);

            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (reader.FieldCount > 0)
                {
                    result.Columns(reader);
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        result.Row(reader);
                        if (result.Wanted == RowsWanted.First)
                            break;
                    }
                }

                // The disposal would read the rest as well, but nothing could cancel it.
                while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
                {
                }

                return result.End([reader.RecordsAffected]);
            }
        }
    }

    /// <summary>All or nothing: as a batch, which the server runs as one transaction; on other drivers in a transaction of their own.</summary>
    private static async Task<int[]> RunGroupAsync(PooledConnection lease, Statement[] statements, CancellationToken cancellationToken)
    {
        if (!lease.IsOfNpgsql)
            return await RunInTransactionAsync(lease, statements, cancellationToken).ConfigureAwait(false);
        var batch = lease.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.Timeout = 0;
            foreach (var statement in statements)
                batch.BatchCommands.Add(LeasedStatement.InBatch(batch, statement));
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return [.. batch.BatchCommands.Select(command => command.RecordsAffected)];
        }
    }

    private static async Task<int[]> RunInTransactionAsync(PooledConnection lease, Statement[] statements, CancellationToken cancellationToken)
    {
        var transaction = await lease.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var affected = new int[statements.Length];
            for (var index = 0; index < statements.Length; index++)
            {
                var command = lease.CreateCommand();
                await using (command.ConfigureAwait(false))
                {
                    LeasedStatement.Set(command, statements[index]);
                    affected[index] = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return affected;
        }
    }
}

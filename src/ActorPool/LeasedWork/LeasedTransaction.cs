using System.Data;
using System.Data.Common;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.LeasedWork;

/// <summary>The transaction around the code of <see cref="TransactionRun"/>: begun and ended by the pool, on one lease.</summary>
internal sealed class LeasedTransaction(PooledConnection lease)
{
    private DbTransaction? _transaction;

    /// <summary>COMMIT was sent, and the connection was lost or the wait was cancelled before its answer.</summary>
    public bool IsOutcomeUnknown { get; private set; }

    public async Task BeginAsync(CancellationToken cancellationToken) =>
        _transaction = await lease.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (lease.IsOver)
            throw LeaseEnds.Error(lease.Home.Settings.Name, lease.End);
        if (lease.State != ConnectionState.Open)
            throw LeaseEnds.SessionLost(lease.Home.Settings.Name);
        if (HasEnded())
            throw new InvalidOperationException(
                "The code ended its transaction itself, by a COMMIT or a ROLLBACK: what it did before that stands as it is. TransactAsync commits when the code returns, and rolls back when it throws.");
        try
        {
            await (lease.IsOfNpgsql ? CommitOnServerAsync(cancellationToken) : _transaction!.CommitAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InFailedSqlTransaction)
        {
            throw new InvalidOperationException(
                "A statement of the transaction failed, and the code did not throw that error. PostgreSQL cannot commit such a transaction, so it was rolled back. Let the error out, or return to a savepoint.", error);
        }
        catch (NpgsqlOperationInProgressException error)
        {
            throw new InvalidOperationException("A command of the transaction was still running when its code returned, so the transaction was not committed. Await every command.", error);
        }
        catch (Exception error) when (lease.State != ConnectionState.Open || error is OperationCanceledException)
        {
            IsOutcomeUnknown = true;
            throw;
        }
    }

    /// <summary>Nothing of it stays. When the connection cannot do it now, the pool rolls back or discards it on return.</summary>
    public async Task RollBackAsync()
    {
        if (_transaction is null || lease.State != ConnectionState.Open || HasEnded())
            return;
        try
        {
            await _transaction.RollbackAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The error of the transaction's code says more. The return of the lease does the rest.
        }
    }

    /// <summary>The driver sees it in each answer of the server, however the code ended it.</summary>
    private bool HasEnded()
    {
        if (lease.Place.Transaction?.Driver is not NpgsqlTransaction driver)
            return _transaction?.Connection is null;
        try
        {
            _ = driver.IsolationLevel;
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>
    /// After an error of a statement the server answers COMMIT by a rollback, which the driver's own commit does not tell. Another statement
    /// in the same round trip gets an error then.
    /// </summary>
    private async Task CommitOnServerAsync(CancellationToken cancellationToken)
    {
        var batch = lease.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.Timeout = 0;
            foreach (var text in (string[])["SELECT 1", "COMMIT"])
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = text;
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

using System.Data;
using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>A batch of a lease or of a data source's connection: the driver's batch, which asks its connection before each run.</summary>
/// <remarks>Its commands are the driver's, as parameters are.</remarks>
internal sealed class PooledBatch(DbBatch driver, DbConnection? connection) : DbBatch
{
    private DbConnection? _connection = connection;
    private ILentConnection? _lent = ILentConnection.Of(connection);
    private DbTransaction? _transaction;

    public override int Timeout
    {
        get => driver.Timeout;
        set => driver.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => driver.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => (_connection, _lent) = (value, ILentConnection.Of(value));
    }

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            driver.Transaction = PooledTransaction.OfDriver(value);
            _transaction = value;
        }
    }

    public override int ExecuteNonQuery()
    {
        var lent = Attach();
        try
        {
            return driver.ExecuteNonQuery();
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        var lent = Attach();
        try
        {
            return await driver.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override object? ExecuteScalar()
    {
        var lent = Attach();
        try
        {
            return driver.ExecuteScalar();
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        var lent = Attach();
        try
        {
            return await driver.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override void Prepare()
    {
        var lent = Attach();
        try
        {
            driver.Prepare();
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        var lent = Attach();
        try
        {
            await driver.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    /// <summary>Cancels the run that is in flight. Without one, or after the lease, it has no effect, as ADO.NET demands.</summary>
    public override void Cancel()
    {
        if (_lent is { IsLent: true })
            driver.Cancel();
    }

    public override void Dispose()
    {
        driver.Dispose();
        base.Dispose();
    }

    protected override DbBatchCommand CreateDbBatchCommand() => driver.CreateBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var lent = Attach();
        try
        {
            return lent.Opened(driver.ExecuteReader(behavior & ~CommandBehavior.CloseConnection), Closes(behavior));
        }
        catch (Exception error)
        {
            Failed(lent, error, behavior);
            throw;
        }
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var lent = Attach();
        try
        {
            var reader = await driver.ExecuteReaderAsync(behavior & ~CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false);
            return lent.Opened(reader, Closes(behavior));
        }
        catch (Exception error)
        {
            Failed(lent, error, behavior);
            throw;
        }
    }

    private static bool Closes(CommandBehavior behavior) => (behavior & CommandBehavior.CloseConnection) != 0;

    private void Failed(ILentConnection lent, Exception error, CommandBehavior behavior)
    {
        lent.Failed(error);
        if (Closes(behavior))
            _connection?.Close();
    }

    private ILentConnection Attach()
    {
        var lent = _lent ?? throw new InvalidOperationException("The batch has no connection. Set its Connection to a lease or to an open connection of a PooledDataSource.");
        var session = lent.Use();
        if (!ReferenceEquals(driver.Connection, session))
        {
            driver.Connection = session;
            if (_transaction is not null)
                driver.Transaction = PooledTransaction.PendingOfDriver(_transaction);
        }

        return lent;
    }
}

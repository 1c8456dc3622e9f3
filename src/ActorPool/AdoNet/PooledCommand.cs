using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.AdoNet;

/// <summary>A command of a lease or of a data source's connection: the driver's command, which asks its connection before each run.</summary>
/// <remarks>
/// <see cref="DbCommand.Connection"/> is the object that made it, and any other connection can be set. Parameters and readers are
/// the driver's.
/// </remarks>
[SuppressMessage("Security", "CA2100", Justification = "The text is the caller's.")]
internal sealed class PooledCommand : DbCommand, ICloneable
{
    private readonly DbCommand _driver;
    private DbConnection? _connection;
    private ILentConnection? _lent;
    private DbTransaction? _transaction;

    [SuppressMessage("Usage", "CA1816", Justification = "Like the driver's command: it has nothing to finalize, and a finalizer would cost each command.")]
    public PooledCommand(DbCommand driver, DbConnection? connection)
    {
        (_driver, _connection, _lent) = (driver, connection, ILentConnection.Of(connection));
        GC.SuppressFinalize(this);
    }

    [AllowNull]
    public override string CommandText
    {
        get => _driver.CommandText;
        set => _driver.CommandText = value;
    }

    public override int CommandTimeout
    {
        get => _driver.CommandTimeout;
        set => _driver.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => _driver.CommandType;
        set => _driver.CommandType = value;
    }

    public override bool DesignTimeVisible
    {
        get => _driver.DesignTimeVisible;
        set => _driver.DesignTimeVisible = value;
    }

    public override UpdateRowSource UpdatedRowSource
    {
        get => _driver.UpdatedRowSource;
        set => _driver.UpdatedRowSource = value;
    }

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
            _driver.Transaction = PooledTransaction.OfDriver(value);
            _transaction = value;
        }
    }

    protected override DbParameterCollection DbParameterCollection => _driver.Parameters;

    public override int ExecuteNonQuery()
    {
        var lent = Attach();
        try
        {
            return _driver.ExecuteNonQuery();
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        var lent = Attach();
        try
        {
            return await _driver.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
            return _driver.ExecuteScalar();
        }
        catch (Exception error)
        {
            lent.Failed(error);
            throw;
        }
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        var lent = Attach();
        try
        {
            return await _driver.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
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
            _driver.Prepare();
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
            await _driver.PrepareAsync(cancellationToken).ConfigureAwait(false);
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
            _driver.Cancel();
    }

    public object Clone() => new PooledCommand((DbCommand)((ICloneable)_driver).Clone(), _connection) { _transaction = _transaction };

    protected override DbParameter CreateDbParameter() => _driver.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var lent = Attach();
        try
        {
            return lent.Opened(_driver.ExecuteReader(behavior & ~CommandBehavior.CloseConnection), Closes(behavior));
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
            var reader = await _driver.ExecuteReaderAsync(behavior & ~CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false);
            return lent.Opened(reader, Closes(behavior));
        }
        catch (Exception error)
        {
            Failed(lent, error, behavior);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _driver.Dispose();
        base.Dispose(disposing);
    }

    private static bool Closes(CommandBehavior behavior) => (behavior & CommandBehavior.CloseConnection) != 0;

    // As the driver does: a command that was to close the connection closes it when it fails, too.
    private void Failed(ILentConnection lent, Exception error, CommandBehavior behavior)
    {
        lent.Failed(error);
        if (Closes(behavior))
            _connection?.Close();
    }

    /// <summary>The connection may have another session than at the last run: the driver's command follows it.</summary>
    private ILentConnection Attach()
    {
        var lent = _lent ?? throw new InvalidOperationException("The command has no connection. Set its Connection to a lease or to an open connection of a PooledDataSource.");
        var session = lent.Use();
        if (!ReferenceEquals(_driver.Connection, session))
        {
            _driver.Connection = session;
            // The driver drops the transaction when the connection changes.
            if (_transaction is not null)
                _driver.Transaction = PooledTransaction.PendingOfDriver(_transaction);
        }

        return lent;
    }
}

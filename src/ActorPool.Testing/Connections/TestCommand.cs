using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Testing.Connections;

/// <summary>
/// A command of the test's driver that runs in the transaction of its connection, as a command of PostgreSQL does. Other drivers refuse a
/// command whose <see cref="DbCommand.Transaction"/> is not set.
/// </summary>
/// <param name="driver">The driver's command.</param>
/// <param name="isOfConnection">It was made by one connection, and another connection makes its own: a fake's commands belong to it.</param>
/// <param name="pending">The transaction that a borrower has begun on a connection.</param>
[SuppressMessage("Security", "CA2100", Justification = "The text is the caller's.")]
internal sealed class TestCommand(DbCommand driver, bool isOfConnection, Func<DbConnection, DbTransaction?> pending) : DbCommand
{
    private DbCommand _driver = driver;
    private DbTransaction? _transaction;

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
        get => _driver.Connection;
        set
        {
            if (isOfConnection && value is not null && !ReferenceEquals(value, _driver.Connection))
                MoveTo(value);
            else
                _driver.Connection = value;
        }
    }

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set => _transaction = value;
    }

    protected override DbParameterCollection DbParameterCollection => _driver.Parameters;

    public override int ExecuteNonQuery() => Ready().ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => Ready().ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => Ready().ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => Ready().ExecuteScalarAsync(cancellationToken);

    public override void Prepare() => Ready().Prepare();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Ready().PrepareAsync(cancellationToken);

    public override void Cancel() => _driver.Cancel();

    protected override DbParameter CreateDbParameter() => _driver.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Ready().ExecuteReader(behavior);

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        Ready().ExecuteReaderAsync(behavior, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _driver.Dispose();
        base.Dispose(disposing);
    }

    private DbCommand Ready()
    {
        // PostgreSQL's driver ignores a transaction that is over and was left on a command.
        var transaction = (_driver.Connection is { } connection ? pending(connection) : null) ?? (_transaction?.Connection is null ? null : _transaction);
        if (!ReferenceEquals(_driver.Transaction, transaction))
            _driver.Transaction = transaction;
        return _driver;
    }

    private void MoveTo(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = CommandText;
        command.CommandTimeout = CommandTimeout;
        command.CommandType = CommandType;
        foreach (var parameter in _driver.Parameters.Cast<object>().ToArray())
        {
            _driver.Parameters.Remove(parameter);
            command.Parameters.Add(parameter);
        }

        _driver.Dispose();
        _driver = command;
    }
}

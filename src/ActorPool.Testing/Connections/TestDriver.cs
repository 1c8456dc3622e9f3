using System.Data.Common;

namespace ActorPool.Testing.Connections;

/// <summary>Makes the driver's commands and batches: by the connection's provider factory, or by the connection itself if it has none.</summary>
/// <param name="connection">A connection of the driver.</param>
/// <param name="pending">The transaction that a borrower has begun on a connection.</param>
internal sealed class TestDriver(DbConnection connection, Func<DbConnection, DbTransaction?> pending) : DbProviderFactory
{
    private readonly DbProviderFactory? _factory = DbProviderFactories.GetFactory(connection);

    public override bool CanCreateBatch => connection.CanCreateBatch;

    public override DbCommand CreateCommand() =>
        _factory?.CreateCommand() is { } command
            ? new TestCommand(command, isOfConnection: false, pending)
            : new TestCommand(connection.CreateCommand(), isOfConnection: true, pending);

    public override DbBatch CreateBatch()
    {
        if (!CanCreateBatch)
            throw new NotSupportedException($"A {connection.GetType()} has no batches. Test what needs them with a real server, or look at CanCreateBatch first.");
        return _factory is { CanCreateBatch: true } ? _factory.CreateBatch() : connection.CreateBatch();
    }

    public override DbBatchCommand CreateBatchCommand() => _factory is { CanCreateBatch: true } ? _factory.CreateBatchCommand() : CreateBatch().CreateBatchCommand();

    public override DbParameter CreateParameter() => _factory?.CreateParameter() ?? connection.CreateCommand().CreateParameter();

    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => _factory?.CreateConnectionStringBuilder() ?? [];
}

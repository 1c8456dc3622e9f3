using System.Data;
using System.Data.Common;

namespace ActorPool.DataSources;

/// <summary>A batch of the data source itself: each run opens a connection and closes it again. That of the base class cannot make batch commands.</summary>
internal sealed class DataSourceBatch(DbConnection connection) : DbBatch
{
    private readonly DbBatch _batch = connection.CreateBatch();

    public override int Timeout
    {
        get => _batch.Timeout;
        set => _batch.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => _batch.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => throw NotHere(nameof(Connection));
        set => throw NotHere(nameof(Connection));
    }

    protected override DbTransaction? DbTransaction
    {
        get => throw NotHere(nameof(Transaction));
        set => throw NotHere(nameof(Transaction));
    }

    public override int ExecuteNonQuery() => OneRun.On(connection, _batch.ExecuteNonQuery);

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        OneRun.OnAsync(connection, _batch.ExecuteNonQueryAsync, cancellationToken);

    public override object? ExecuteScalar() => OneRun.On(connection, _batch.ExecuteScalar);

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        OneRun.OnAsync(connection, _batch.ExecuteScalarAsync, cancellationToken);

    public override void Prepare() => throw NotHere(nameof(Prepare));

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => throw NotHere(nameof(Prepare));

    public override void Cancel() => _batch.Cancel();

    public override void Dispose()
    {
        _batch.Dispose();
        connection.Dispose();
        base.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override DbBatchCommand CreateDbBatchCommand() => _batch.CreateBatchCommand();

    // The batch closes the connection with its reader, and also when it fails.
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        connection.Open();
        return _batch.ExecuteReader(behavior | CommandBehavior.CloseConnection);
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await _batch.ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false);
    }

    private static NotSupportedException NotHere(string member) =>
        new($"A batch of the data source borrows a connection for each run, so {member} is not supported. Open a connection of the data source and make the batch there.");
}

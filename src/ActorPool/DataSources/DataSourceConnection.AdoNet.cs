using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Transactions;
using ActorPool.AdoNet;
using IsolationLevel = System.Data.IsolationLevel;

namespace ActorPool.DataSources;

// The rest of ADO.NET: from the lease while the connection is open, else from the data source.
internal abstract partial class DataSourceConnection
{
    /// <summary>The pool's, without secrets. A library may set one that means the same server, database and user.</summary>
    [AllowNull]
    public override string ConnectionString
    {
        get => _source.ConnectionString;
        set
        {
            if (string.IsNullOrEmpty(value) || value == _source.ConnectionString)
                return;
            if (!ConnectionTarget.IsSame(ConnectionTarget.Of(value), _source.Target))
                throw new NotSupportedException(
                    $"This connection belongs to pool '{_source.Pool.Statistics.Name}' and goes to {_source.ConnectionString}. It cannot go to another server or database, or as another user: make a pool and a PooledDataSource for that.");
        }
    }

    public override string Database => IsOpen ? _lease!.Database : _source.Target.Database ?? _source.Target.Username ?? "";

    public override string DataSource => IsOpen ? _lease!.DataSource : _source.Target.Host is { } host ? $"tcp://{host}:{_source.Target.Port}" : "";

    public override string ServerVersion => Lease.ServerVersion;

    /// <summary>How long an open may wait: the pool's <c>acquire-timeout</c> in seconds, at least one. Zero is for ever, as ADO.NET has it.</summary>
    public override int ConnectionTimeout =>
        _source.AcquireTimeout == Timeout.InfiniteTimeSpan ? 0 : (int)Math.Clamp(Math.Ceiling(_source.AcquireTimeout.TotalSeconds), 1, int.MaxValue);

    public override bool CanCreateBatch => _source.Driver.CanCreateBatch;

    protected override DbProviderFactory DbProviderFactory => _source.Factory;

    private bool IsOpen => State == ConnectionState.Open;

    public override void ChangeDatabase(string databaseName)
    {
        if (databaseName != Database)
            throw new NotSupportedException("A pooled connection stays in its pool's database. Use one pool for each database.");
    }

    /// <summary>Libraries call it in an ambient transaction. With <c>ambient-transactions = ignore</c> it has no effect.</summary>
    public override void EnlistTransaction(Transaction? transaction)
    {
        if (transaction is not null && !_source.IgnoresAmbientTransactions)
            Lease.EnlistTransaction(transaction);
    }

    public override DataTable GetSchema() => Lease.GetSchema();

    public override DataTable GetSchema(string collectionName) => Lease.GetSchema(collectionName);

    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) => Lease.GetSchema(collectionName, restrictionValues);

    public override async Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        await Lease.GetSchemaAsync(cancellationToken).ConfigureAwait(false);

    public override async Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        await Lease.GetSchemaAsync(collectionName, cancellationToken).ConfigureAwait(false);

    public override async Task<DataTable> GetSchemaAsync(string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        await Lease.GetSchemaAsync(collectionName, restrictionValues, cancellationToken).ConfigureAwait(false);

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => Lease.Begin(isolationLevel, this);

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await Lease.BeginAsync(isolationLevel, this, cancellationToken).ConfigureAwait(false);

    // Libraries make commands before they open the connection.
    protected override DbCommand CreateDbCommand() => new PooledCommand(_source.Driver.CreateCommand()!, this);

    protected override DbBatch CreateDbBatch() => new PooledBatch(_source.Driver.CreateBatch(), this);
}

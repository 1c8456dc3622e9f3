using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Transactions;
using ActorPool.AdoNet;
using ActorPool.Leases;
using IsolationLevel = System.Data.IsolationLevel;

namespace ActorPool;

#pragma warning disable RS0026 // The optional parameters are those of the overridden methods.

// The rest of ADO.NET, forwarded to the driver's connection.
public partial class PooledConnection
{
    /// <summary>The connection string without its secrets: passwords are taken out. Cannot be set: the pool has opened the connection already.</summary>
    /// <exception cref="NotSupportedException">It is set.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get
        {
            Live();
            return Home.ConnectionString;
        }

        set
        {
            Live();
            throw new NotSupportedException("A pooled connection is open already; its connection string is the pool's setting.");
        }
    }

    /// <inheritdoc/>
    public override string Database => Live().Database;

    /// <inheritdoc/>
    public override string DataSource => Live().DataSource;

    /// <inheritdoc/>
    public override string ServerVersion => Live().ServerVersion;

    /// <summary>The driver's own time-out for opening, in seconds.</summary>
    public override int ConnectionTimeout => Live().ConnectionTimeout;

    /// <inheritdoc/>
    public override bool CanCreateBatch => Live().CanCreateBatch;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => new PooledProviderFactory(Home.Driver);

    /// <summary>Not needed: a pooled connection is open from the start, and a lease has one session only.</summary>
    /// <exception cref="InvalidOperationException">The connection is already open.</exception>
    /// <exception cref="PoolException">
    /// <see cref="PoolErrorKind.ConnectFailed"/>, which is transient: the session was lost. Return the lease and borrow again.
    /// </exception>
    public override void Open()
    {
        if (Live().State == ConnectionState.Closed)
            throw Lost();
        throw new InvalidOperationException("The connection is already open.");
    }

    /// <inheritdoc cref="Open"/>
    // The exception goes into the task.
    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            Open();
            return Task.CompletedTask;
        }
        catch (Exception error)
        {
            return Task.FromException(error);
        }
    }

    /// <summary>Not supported: the next borrower expects the pool's database. Use one pool for each database.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void ChangeDatabase(string databaseName)
    {
        Live();
        throw new NotSupportedException("A pooled connection stays in its pool's database. Use one pool for each database.");
    }

    /// <summary>Not supported: an ambient transaction may outlive the lease. Use <see cref="DbConnection.BeginTransaction()"/>.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void EnlistTransaction(Transaction? transaction)
    {
        Live();
        throw new NotSupportedException("A pooled connection cannot enlist in a System.Transactions transaction, which may outlive the lease. Use BeginTransaction.");
    }

    /// <inheritdoc/>
    public override DataTable GetSchema() => Live().GetSchema();

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) => Live().GetSchema(collectionName);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) => Live().GetSchema(collectionName, restrictionValues);

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        await Live().GetSchemaAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        await Live().GetSchemaAsync(collectionName, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        await Live().GetSchemaAsync(collectionName, restrictionValues, cancellationToken).ConfigureAwait(false);

    PooledConnection IPooledDbConnection.Lease => this;

    bool ILentConnection.IsLent => !IsOver;

    // A command shows on the connection while it runs. It hands out nothing of the driver's by which the session could be changed unseen.
    DbConnection ILentConnection.Use() => Live();

    // The slot may have another connection by now.
    void ILentConnection.Failed(Exception error)
    {
        if (Place.Connection is { } connection && ReferenceEquals(connection.Driver, _driver))
            connection.Failed(error);
    }

    DbDataReader ILentConnection.Opened(DbDataReader reader, bool closesConnection) =>
        closesConnection ? Place.Connection!.WhenClosed(reader, ReaderEnd.Of(this)) : reader;

    /// <summary>A transaction of this lease.</summary>
    /// <param name="isolationLevel">As ADO.NET has it; unspecified is the server's default.</param>
    /// <param name="owner">The object that the transaction belongs to: the lease, or the data source's connection that has it.</param>
    internal DbTransaction Begin(IsolationLevel isolationLevel, DbConnection owner) =>
        new PooledTransaction(Place.Begun(UseDriver().BeginTransaction(isolationLevel)), owner, this);

    /// <inheritdoc cref="Begin"/>
    internal async ValueTask<DbTransaction> BeginAsync(IsolationLevel isolationLevel, DbConnection owner, CancellationToken cancellationToken) =>
        new PooledTransaction(Place.Begun(await UseDriver().BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false)), owner, this);

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => Begin(isolationLevel, this);

    /// <inheritdoc/>
    protected override ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        BeginAsync(isolationLevel, this, cancellationToken);

    // Not the CreateCommand of the driver's connection, which reuses disposed commands: one that is disposed twice might by then be the next
    // borrower's.
    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand()
    {
        Live();
        return new PooledCommand(Home.Driver.CreateCommand()!, this);
    }

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch()
    {
        Live();
        return new PooledBatch(Home.Driver.CreateBatch(), this);
    }

    private DbConnection UseDriver()
    {
        var driver = Live();
        DriverWasUsed = true;
        return driver;
    }
}

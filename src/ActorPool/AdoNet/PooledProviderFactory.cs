using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>Makes the objects of ADO.NET for connections of a pool: code that gets everything from a provider factory runs on it.</summary>
/// <param name="driver">The driver's factory.</param>
/// <param name="connect">Makes a connection; null where no data source is at hand.</param>
internal sealed class PooledProviderFactory(DbProviderFactory driver, Func<DbConnection>? connect = null) : DbProviderFactory
{
    public override bool CanCreateBatch => driver.CanCreateBatch;

    public override bool CanCreateDataAdapter => true;

    public override bool CanCreateCommandBuilder => true;

    public override DbConnection CreateConnection() => connect is not null
        ? connect()
        : throw new NotSupportedException("The factory of a lease cannot make connections. Borrow another lease from the pool, or use the factory of a PooledDataSource's connection.");

    public override DbCommand CreateCommand() => new PooledCommand(driver.CreateCommand()!, connection: null);

    public override DbBatch CreateBatch() => new PooledBatch(driver.CreateBatch(), connection: null);

    public override DbBatchCommand CreateBatchCommand() => driver.CreateBatchCommand();

    public override DbParameter? CreateParameter() => driver.CreateParameter();

    public override DbConnectionStringBuilder? CreateConnectionStringBuilder() => driver.CreateConnectionStringBuilder();

    public override DbDataAdapter CreateDataAdapter() => new PooledDataAdapter();

    public override DbCommandBuilder CreateCommandBuilder() => new PooledCommandBuilder();

    public override DbDataSource CreateDataSource(string connectionString) =>
        throw new NotSupportedException("The factory of a pool cannot make data sources. Start a pool for this connection string, and make a PooledDataSource of it.");
}

using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using DbUp;
using DbUp.Engine.Transactions;

namespace ActorPool.Tests.Libraries;

/// <summary>DbUp's own connection manager takes only Npgsql's data source; the one below takes any.</summary>
public sealed class DbUpTests : LibraryTest
{
    [Theory]
    [InlineData(TransactionMode.NoTransaction)]
    [InlineData(TransactionMode.TransactionPerScript)]
    [InlineData(TransactionMode.SingleTransaction)]
    public async Task Scripts_run_once(TransactionMode mode)
    {
        Assert.Equal(2, Upgrade(mode));
        Assert.Equal(0, Upgrade(mode));
        await ExecuteAsync("INSERT INTO cities (name, country) VALUES ('Rome', 'Italy')");
    }

    private int Upgrade(TransactionMode mode)
    {
        var dataSource = DataSource;
        var upgrade = DeployChanges.To
            .PostgresqlDatabase(new PooledConnectionManager(dataSource) { TransactionMode = mode })
            .WithScript("1", "CREATE TABLE cities (name text)")
            .WithScript("2", "ALTER TABLE cities ADD country text; INSERT INTO cities VALUES ('Paris', 'France')")
            .Build();
        var result = upgrade.PerformUpgrade();
        Assert.True(result.Successful, result.Error?.Message);
        return result.Scripts.Count();
    }

    public sealed class PooledConnectionManager(DbDataSource dataSource) : DatabaseConnectionManager(_ => dataSource.CreateConnection())
    {
        public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => [scriptContents];
    }
}

using System.Data.Common;
using System.Diagnostics;
using ActorPool.Tests.Libraries.Support;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using LinqToDB.Interceptors;
using LinqToDB.Mapping;

namespace ActorPool.Tests.Libraries;

/// <summary>
/// linq2db with PostgreSQL's version given: to detect it, linq2db casts to Npgsql's own class. For a COPY it asks for Npgsql's connection,
/// which an interceptor names.
/// </summary>
public sealed class Linq2DbTests : LibraryTest
{
    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Rows_are_inserted_and_queried(Given given)
    {
        await using var db = await DbAsync(given);
        await db.CreateTableAsync<Item>();
        for (var id = 1; id <= 5; id++)
            await db.InsertAsync(new Item { Id = id, Name = $"item {id}", Tags = ["a", $"{id}"] });
        await db.GetTable<Item>().Where(item => item.Id > 3).Set(item => item.Name, item => item.Name + "!").UpdateAsync();

        Assert.Equal(["item 1", "item 2", "item 3", "item 4!", "item 5!"], await db.GetTable<Item>().OrderBy(item => item.Id).Select(item => item.Name).ToListAsync());
        Assert.Equal(["a", "2"], (await db.GetTable<Item>().SingleAsync(item => item.Id == 2)).Tags);
        Assert.Equal(15, db.GetTable<Item>().Sum(item => item.Id));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_transaction_is_kept_or_dropped(Given given)
    {
        await using var db = await DbAsync(given);
        await db.CreateTableAsync<Item>();
        await using (await db.BeginTransactionAsync())
            await db.InsertAsync(new Item { Id = 1, Name = "dropped" });
        await using (var kept = await db.BeginTransactionAsync())
        {
            await db.InsertAsync(new Item { Id = 2, Name = "kept" });
            await kept.CommitAsync();
        }

        Assert.Equal(2, Assert.Single(await db.GetTable<Item>().ToListAsync()).Id);
    }

    [Fact]
    public async Task A_connection_factory_and_the_version_are_enough()
    {
        await ExecuteAsync("CREATE TABLE items (\"Id\" int, \"Name\" text, \"Tags\" text[])");
        var (dataSource, items) = (DataSource, new[] { new Item { Id = 1, Name = "one" }, new Item { Id = 2, Name = "two" } });

        var options = new DataOptions()
            .UseConnectionFactory(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15), _ => dataSource.CreateConnection())
            .UseInterceptor(new DriverConnection());
        await using var db = new DataConnection(options);
        await db.BulkCopyAsync(new BulkCopyOptions { BulkCopyType = BulkCopyType.ProviderSpecific }, items);

        Assert.Equal(2, await db.GetTable<Item>().CountAsync());
    }

    [Theory]
    [InlineData(Given.DataSource, BulkCopyType.ProviderSpecific)]
    [InlineData(Given.Lease, BulkCopyType.ProviderSpecific)]
    [InlineData(Given.DataSource, BulkCopyType.MultipleRows)]
    [InlineData(Given.Lease, BulkCopyType.MultipleRows)]
    public async Task Many_rows_are_copied(Given given, BulkCopyType type)
    {
        var statements = new List<string>();
        await using var db = await DbAsync(given, options => options.UseTracing(TraceLevel.Info, trace => statements.Add(trace.SqlText ?? "")));
        await db.CreateTableAsync<Item>();

        var copied = await db.BulkCopyAsync(new BulkCopyOptions { BulkCopyType = type }, Enumerable.Range(1, 1000).Select(id => new Item { Id = id, Name = "copied" }));

        Assert.Equal(1000, copied.RowsCopied);
        Assert.Equal(1000, await db.GetTable<Item>().CountAsync());
        Assert.Equal(type == BulkCopyType.ProviderSpecific, statements.Any(statement => statement.StartsWith("INSERT ASYNC BULK", StringComparison.Ordinal)));
    }

    private async Task<DataConnection> DbAsync(Given given, Func<DataOptions, DataOptions>? more = null)
    {
        var provider = PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15);
        var options = new DataOptions().UseInterceptor(new DriverConnection());
        options = given == Given.Lease
            ? options.UseConnection(provider, await ConnectAsync(given), disposeConnection: true)
            : options.UseConnectionFactory(provider, _ => DataSource.CreateConnection());
        return new DataConnection(more?.Invoke(options) ?? options);
    }

    public sealed class DriverConnection : UnwrapDataObjectInterceptor
    {
        public override DbConnection UnwrapConnection(IDataContext dataContext, DbConnection connection) =>
            connection is IPooledDbConnection pooled ? pooled.Lease.Npgsql : connection;
    }

    [Table("items")]
    private sealed class Item
    {
        [PrimaryKey, Column]
        public int Id { get; init; }

        [Column, NotNull]
        public string Name { get; init; } = "";

        [Column(DbType = "text[]")]
        public string[] Tags { get; init; } = [];
    }
}

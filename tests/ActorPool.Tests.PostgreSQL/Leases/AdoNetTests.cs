using System.Data;
using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A lease, used through <see cref="DbConnection"/> alone.</summary>
public sealed class AdoNetTests : PoolTest
{
    [Fact]
    public async Task A_lease_is_open_from_the_start()
    {
        await using DbConnection connection = await BorrowAsync();

        Assert.Equal(ConnectionState.Open, connection.State);
        Assert.Equal(new NpgsqlConnectionStringBuilder(ConnectionString).Database, connection.Database);
        Assert.StartsWith("15", connection.ServerVersion, StringComparison.Ordinal);
        Assert.Contains(new NpgsqlConnectionStringBuilder(ConnectionString).Host!, connection.DataSource, StringComparison.Ordinal);
        Assert.True(connection.ConnectionTimeout > 0);
    }

    [Fact]
    public async Task Commands_with_parameters_run_synchronously_and_asynchronously()
    {
        await using DbConnection connection = await BorrowAsync();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT @a + @b";
        foreach (var (name, value) in new[] { ("a", 2), ("b", 3) })
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        Assert.Equal(5, command.ExecuteScalar());
        Assert.Equal(5, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Readers_read_rows_and_several_results()
    {
        await using DbConnection connection = await BorrowAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 3); SELECT 'second'";

        await using var reader = await command.ExecuteReaderAsync();
        var sum = 0;
        while (await reader.ReadAsync())
            sum += reader.GetInt32(0);
        Assert.Equal(6, sum);
        Assert.True(await reader.NextResultAsync());
        Assert.True(await reader.ReadAsync());
        Assert.Equal("second", reader.GetString(0));
    }

    [Fact]
    public async Task A_reader_of_one_row_and_of_the_schema_only_are_possible()
    {
        await using DbConnection connection = await BorrowAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT g AS n FROM generate_series(1, 3) AS g";

        await using (var row = await command.ExecuteReaderAsync(CommandBehavior.SingleRow))
        {
            Assert.True(await row.ReadAsync());
            Assert.False(await row.ReadAsync());
        }

        await using var schema = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly);
        Assert.Equal("n", schema.GetName(0));
    }

    [Fact]
    public async Task A_batch_runs_all_its_commands()
    {
        await using DbConnection connection = await BorrowAsync();
        Assert.True(connection.CanCreateBatch);
        await using var batch = connection.CreateBatch();
        foreach (var text in new[] { "CREATE TEMP TABLE t (n int)", "INSERT INTO t VALUES (1), (2)", "SELECT sum(n)::int FROM t" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(3, reader.GetInt32(0));
    }

    [Fact]
    public async Task The_provider_factory_is_found_from_the_connection()
    {
        await using DbConnection connection = await BorrowAsync();
        var factory = DbProviderFactories.GetFactory(connection)!;

        await using var command = factory.CreateCommand()!;
        command.Connection = ((PooledConnection)connection).Npgsql;
        command.CommandText = "SELECT 7";

        Assert.Equal(7, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_data_adapter_fills_a_table()
    {
        await using DbConnection connection = await BorrowAsync();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 4) AS n";
        using var adapter = DbProviderFactories.GetFactory(connection)!.CreateDataAdapter()!;
        adapter.SelectCommand = command;
        using var table = new DataTable();

        Assert.Equal(4, adapter.Fill(table));
    }

    [Fact]
    public async Task Schema_calls_are_forwarded_in_all_their_forms()
    {
        await using DbConnection connection = await BorrowAsync();
        await ExecuteAsync((PooledConnection)connection, "CREATE TABLE seen_in_schema (n int)");
        string?[] restrictions = [null, null, "seen_in_schema"];

        Assert.NotEqual(0, connection.GetSchema().Rows.Count);
        Assert.NotEqual(0, connection.GetSchema("Tables").Rows.Count);
        Assert.Equal(1, connection.GetSchema("Tables", restrictions).Rows.Count);
        Assert.NotEqual(0, (await connection.GetSchemaAsync()).Rows.Count);
        Assert.NotEqual(0, (await connection.GetSchemaAsync("Tables")).Rows.Count);
        Assert.Equal(1, (await connection.GetSchemaAsync("Tables", restrictions)).Rows.Count);
    }

    [Fact]
    public async Task The_old_interface_IDbConnection_works_as_well()
    {
        await using var lease = await BorrowAsync();
        IDbConnection connection = lease;
        using var transaction = connection.BeginTransaction(IsolationLevel.Serializable);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SHOW transaction_isolation";

        Assert.Equal("serializable", command.ExecuteScalar());
        transaction.Commit();
    }

    [Fact]
    public async Task A_driver_connection_disposed_by_its_borrower_is_discarded()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await lease.Npgsql.DisposeAsync();
        await lease.DisposeAsync();

        await using var next = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
        Assert.Equal(1, await Backends.WaitForAsync(1));
    }

    private async Task<PooledConnection> BorrowAsync() => await (await StartAsync(1, 1)).GetConnAsync();
}

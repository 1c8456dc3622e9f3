using System.Data;
using System.Data.Common;
using ActorPool.Tests.Libraries.Support;

namespace ActorPool.Tests.Libraries;

/// <summary>Data sets, and code that knows the database by its provider factory alone.</summary>
public sealed class DataAdapterTests : LibraryTest
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await ExecuteAsync("CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL); INSERT INTO people VALUES (1, 'anna'), (2, 'bert')");
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_table_is_filled_changed_and_written_back(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var state = connection.State;

        var factory = DbProviderFactories.GetFactory(connection)!;
        using var adapter = factory.CreateDataAdapter()!;
        using var builder = factory.CreateCommandBuilder()!;
        adapter.SelectCommand = connection.CreateCommand();
        adapter.SelectCommand.CommandText = "SELECT id, name FROM people ORDER BY id";
        builder.DataAdapter = adapter;

        Assert.True(factory.CanCreateDataAdapter && factory.CanCreateCommandBuilder);
        var people = new DataTable();
        Assert.Equal(2, adapter.Fill(people));
        Assert.Equal(state, connection.State);
        people.Rows.Add(3, "carl");
        people.Rows[0]["name"] = "ann";
        people.Rows[1].Delete();
        Assert.Equal(3, adapter.Update(people));
        Assert.Equal(state, connection.State);

        Assert.Equal(["1 ann", "3 carl"], await PeopleAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_row_that_another_has_changed_is_not_overwritten(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var factory = DbProviderFactories.GetFactory(connection)!;
        using var adapter = factory.CreateDataAdapter()!;
        using var select = connection.CreateCommand();
        select.CommandText = "SELECT id, name FROM people ORDER BY id";
        adapter.SelectCommand = select;
        using var builder = factory.CreateCommandBuilder()!;
        builder.DataAdapter = adapter;
        var people = new DataTable();
        adapter.Fill(people);
        people.Rows[0]["name"] = "mine";
        await ExecuteAsync("UPDATE people SET name = 'theirs' WHERE id = 1");

        Assert.Throws<DBConcurrencyException>(() => adapter.Update(people));
        Assert.Equal(["1 theirs", "2 bert"], await PeopleAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task The_schema_of_a_table_is_read(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var factory = DbProviderFactories.GetFactory(connection)!;
        using var adapter = factory.CreateDataAdapter()!;
        adapter.SelectCommand = connection.CreateCommand();
        adapter.SelectCommand.CommandText = "SELECT id, name FROM people";
        var people = new DataTable();
        adapter.FillSchema(people, SchemaType.Source);

        Assert.Equal(["id", "name"], people.Columns.Cast<DataColumn>().Select(column => column.ColumnName));
        Assert.Equal("id", Assert.Single(people.PrimaryKey).ColumnName);
        if (given == Given.DataSource)
            await connection.OpenAsync();
        Assert.Contains("people", connection.GetSchema("Tables").Rows.Cast<DataRow>().Select(row => (string)row["table_name"]));
    }

    [Fact]
    public async Task Code_that_knows_the_factory_alone_runs()
    {
        var factory = DbProviderFactories.GetFactory(DataSource.CreateConnection())!;
        await using (var connection = factory.CreateConnection()!)
        {
            connection.ConnectionString = DataSource.ConnectionString;
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var command = factory.CreateCommand()!)
            {
                command.Connection = connection;
                command.Transaction = transaction;
                command.CommandText = "INSERT INTO people VALUES (@id, @name)";
                Add(command, "id", 3);
                Add(command, "name", "carl");
                Assert.Equal(1, await command.ExecuteNonQueryAsync());
            }

            await transaction.CommitAsync();
        }

        Assert.Equal(["1 anna", "2 bert", "3 carl"], await PeopleAsync());

        void Add(DbCommand command, string name, object value)
        {
            var parameter = factory.CreateParameter()!;
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_batch_runs_its_statements_in_one_round_trip(Given given)
    {
        await using var connection = await ConnectAsync(given);
        if (given == Given.DataSource)
            await connection.OpenAsync();
        Assert.True(connection.CanCreateBatch);
        await using var batch = connection.CreateBatch();
        foreach (var id in (int[])[3, 4])
        {
            var insert = batch.CreateBatchCommand();
            insert.CommandText = $"INSERT INTO people VALUES ({id}, 'new')";
            batch.BatchCommands.Add(insert);
        }

        Assert.Equal(2, await batch.ExecuteNonQueryAsync());
        Assert.Equal([1, 1], batch.BatchCommands.Select(command => command.RecordsAffected));
    }

    private async Task<string[]> PeopleAsync() => (string[])(await ScalarAsync("SELECT array_agg(id || ' ' || name ORDER BY id) FROM people"))!;
}

using System.Data;
using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using Dapper;

namespace ActorPool.Tests.Libraries;

/// <summary>
/// Dapper opens a closed connection for one call and closes it afterwards. Whether an array may be a parameter it decides by the name of
/// the connection's type.
/// </summary>
public sealed class DapperTests : LibraryTest
{
    private static readonly string[] Names = ["a", "b"];
    private static readonly int[] Numbers = [2, 3, 5];

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Each_call_leaves_the_connection_as_it_found_it(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var state = connection.State;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(i, await connection.QuerySingleAsync<int>("SELECT @i", new { i }));
            Assert.Equal(i, connection.QueryFirst<int>("SELECT @i", new { i }));
            Assert.Equal(i, connection.ExecuteScalar<int>("SELECT @i", new { i }));
            Assert.Equal(state, connection.State);
        }

        Assert.Equal(given == Given.Lease ? ConnectionState.Open : ConnectionState.Closed, state);
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task An_array_is_one_parameter(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var ids = Numbers;

        Assert.Equal([2, 3, 5], await connection.QueryAsync<int>("SELECT n FROM generate_series(1, 10) n WHERE n = ANY(@ids)", new { ids }));
        Assert.Equal([2, 3, 5], connection.Query<int>("SELECT n FROM generate_series(1, 10) n WHERE n = ANY(@ids)", new { ids }));
        Assert.Equal(3, await connection.ExecuteScalarAsync<int>("SELECT cardinality(@ids)", new { ids }));
        Assert.Equal(Names, await connection.ExecuteScalarAsync<string[]>("SELECT @names", new { names = Names }));
    }

    [Fact]
    public async Task A_connection_of_the_data_source_needs_no_open_and_no_close()
    {
        await ExecuteAsync("CREATE TABLE people (id int, name text); INSERT INTO people VALUES (1, 'anna'), (2, 'bert'), (3, 'carl')");
        var (dataSource, ids) = (DataSource, Numbers);

        await using var connection = dataSource.CreateConnection();
        var names = await connection.QueryAsync<string>("SELECT name FROM people WHERE id = any(@ids) ORDER BY id", new { ids });

        Assert.Equal(["bert", "carl"], names);
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_list_after_IN_means_what_it_means_with_Npgsql(Given given)
    {
        await using var connection = await ConnectAsync(given);
        const string sql = "SELECT n FROM generate_series(1, 10) n WHERE n IN @ids";

        // As with Npgsql's own connection: Dapper passes an array, which IN does not take.
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.QueryAsync<int>(sql, new { ids = Numbers }));
        Assert.Equal(Npgsql.PostgresErrorCodes.SyntaxError, error.SqlState);
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Several_results_are_read_one_after_the_other(Given given)
    {
        await using var connection = await ConnectAsync(given);
        await using (var results = await connection.QueryMultipleAsync("SELECT 1; SELECT generate_series(1, 3); SELECT 'three'"))
        {
            Assert.Equal(1, await results.ReadSingleAsync<int>());
            Assert.Equal([1, 2, 3], await results.ReadAsync<int>());
            Assert.Equal("three", await results.ReadSingleAsync<string>());
        }

        using (var half = connection.QueryMultiple("SELECT 1; SELECT generate_series(1, 1000)"))
            Assert.Equal(1, half.ReadSingle<int>());
        await using (var half = await connection.QueryMultipleAsync("SELECT 1; SELECT generate_series(1, 1000)"))
            Assert.Equal(1, await half.ReadSingleAsync<int>());
        Assert.Equal(7, await connection.QuerySingleAsync<int>("SELECT 7"));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_stream_that_is_left_half_read_gives_its_connection_back(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var state = connection.State;
        await foreach (var n in connection.QueryUnbufferedAsync<int>("SELECT generate_series(1, 100000)"))
        {
            if (n == 10)
                break;
        }

        Assert.Equal(state, connection.State);
        Assert.Equal(10, connection.Query<int>("SELECT generate_series(1, 100000)", buffered: false).ElementAt(9));
        Assert.Equal(state, connection.State);
        Assert.Equal(7, await connection.QuerySingleAsync<int>("SELECT 7"));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_reader_closes_the_connection_that_was_opened_for_it(Given given)
    {
        await using var connection = await ConnectAsync(given);
        var state = connection.State;
        await using (var reader = await connection.ExecuteReaderAsync("SELECT generate_series(1, 3)"))
        {
            var table = new DataTable();
            table.Load(reader);
            Assert.Equal(3, table.Rows.Count);
        }

        Assert.Equal(state, connection.State);
        using (var reader = connection.ExecuteReader("SELECT generate_series(1, 1000)"))
            Assert.True(reader.Read());
        Assert.Equal(state, connection.State);
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_command_for_each_row_takes_part_in_a_transaction(Given given)
    {
        await ExecuteAsync("CREATE TABLE numbers (n int PRIMARY KEY)");
        await using var connection = await ConnectAsync(given);
        if (given == Given.DataSource)
            await connection.OpenAsync();
        await using (var dropped = await connection.BeginTransactionAsync())
            Assert.Equal(2, await connection.ExecuteAsync("INSERT INTO numbers VALUES (@n)", new[] { new { n = 1 }, new { n = 2 } }, dropped));
        await using (var kept = connection.BeginTransaction())
        {
            connection.Execute("INSERT INTO numbers VALUES (@n)", new[] { new { n = 3 }, new { n = 4 } }, kept);
            kept.Commit();
        }

        Assert.Equal([3, 4], await connection.QueryAsync<int>("SELECT n FROM numbers ORDER BY n"));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_refused_statement_leaves_the_connection_usable(Given given)
    {
        await using var connection = await ConnectAsync(given);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.ExecuteAsync("SELECT 1 / 0"));
        Assert.Throws<Npgsql.PostgresException>(() => connection.Execute("SELECT 1 / 0"));
        Assert.Equal(7, await connection.QuerySingleAsync<int>("SELECT 7"));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_cancelled_query_leaves_the_connection_usable(Given given)
    {
        await using var connection = await ConnectAsync(given);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.QueryAsync<int>(new CommandDefinition("SELECT 1 FROM pg_sleep(30)", cancellationToken: soon.Token)));
        Assert.Equal(7, await connection.QuerySingleAsync<int>("SELECT 7"));
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_function_with_output_parameters_is_called(Given given)
    {
        await ExecuteAsync("CREATE FUNCTION twice(n int, OUT m int) LANGUAGE sql AS 'SELECT 2 * n'");
        await using var connection = await ConnectAsync(given);
        var parameters = new DynamicParameters();
        parameters.Add("n", 21);
        parameters.Add("m", dbType: DbType.Int32, direction: ParameterDirection.Output);
        await connection.ExecuteAsync("SELECT m FROM twice(@n)", parameters);

        Assert.Equal(42, parameters.Get<int>("m"));
    }

    [Fact]
    public async Task Twenty_callers_share_four_connections()
    {
        MayWait = true;
        var pids = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await using DbConnection connection = DataSource.CreateConnection();
            var last = 0;
            for (var i = 0; i < 20; i++)
                last = await connection.QuerySingleAsync<int>("SELECT pg_backend_pid()");
            return last;
        }));

        Assert.InRange(pids.Distinct().Count(), 1, Connections);
    }
}

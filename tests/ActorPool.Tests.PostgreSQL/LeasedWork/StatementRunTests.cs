using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.LeasedWork;

/// <summary>Statements on leases, by a pool that runs none itself.</summary>
public sealed class StatementRunTests : PoolTest
{
    private SimpleConnectionPool _pool = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _pool = Keep(await SimpleConnectionPool.StartAsync(Settings(0, 2)));
        await _pool.ExecuteAsync($"CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    [Fact]
    public async Task The_rows_that_a_statement_changes_are_counted()
    {
        Assert.Equal(3, await _pool.ExecuteAsync($"INSERT INTO item SELECT n, {"name"} FROM generate_series(1, {3}) n"));
        Assert.Equal(2, await _pool.ExecuteAsync(Statement.Of("DELETE FROM item WHERE id > $1", 1)));
        Assert.Equal(0, await _pool.ExecuteAsync($"DELETE FROM item WHERE id = {99}"));
        Assert.Equal(-1, await _pool.ExecuteAsync($"CREATE TABLE other (id int)"));
    }

    [Fact]
    public async Task A_scalar_is_the_first_column_of_the_first_row()
    {
        Assert.Equal(3, await _pool.ScalarAsync<int>($"SELECT n, n + 1 FROM generate_series({3}, {5}) n"));
        Assert.Equal("x", await _pool.ScalarAsync<string>(Statement.Of("SELECT $1", "x")));
    }

    [Fact]
    public async Task A_scalar_is_the_default_without_a_row_and_for_NULL()
    {
        Assert.Null(await _pool.ScalarAsync<int?>($"SELECT NULL::int"));
        Assert.Null(await _pool.ScalarAsync<string>($"SELECT name FROM item"));
        Assert.Equal(0, await _pool.ScalarAsync<int>($"SELECT NULL::int"));
        Assert.Equal(7, await _pool.ScalarAsync<int?>($"SELECT 7"));
    }

    [Fact]
    public async Task A_query_makes_an_object_of_each_row()
    {
        var rows = await _pool.QueryAsync($"SELECT n, n::text FROM generate_series(1, {3}) n", row => (row.GetInt32(0), row.GetString(1)));

        Assert.Equal([(1, "1"), (2, "2"), (3, "3")], rows);
        Assert.Empty(await _pool.QueryAsync(Statement.Of("SELECT id FROM item"), row => row.GetInt32(0)));
    }

    [Fact]
    public async Task A_group_is_carried_out_as_a_whole()
    {
        Assert.Equal<int[]>([1, 2, 3], await _pool.ExecuteAllAsync(
        [
            Statement.Of($"INSERT INTO item VALUES ({1}, {"a"})"), Statement.Of($"INSERT INTO item VALUES ({2}, {"b"}), ({3}, {"c"})"), Statement.Of("UPDATE item SET name = 'd'"),
        ]));
        Assert.Equal(3, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item WHERE name = 'd'"));
    }

    [Fact]
    public async Task Nothing_stays_of_a_group_of_which_one_fails()
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => _pool.ExecuteAllAsync(
            [Statement.Of($"INSERT INTO item VALUES ({1})"), Statement.Of($"INSERT INTO item VALUES ({1})"), Statement.Of($"INSERT INTO item VALUES ({2})")]).AsTask());

        Assert.Equal(PostgresErrorCodes.UniqueViolation, error.SqlState);
        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_group_of_which_a_constraint_fails_at_the_end_leaves_nothing()
    {
        await _pool.ExecuteAsync($"CREATE TABLE late (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)");

        await Assert.ThrowsAsync<PostgresException>(() => _pool.ExecuteAllAsync([Statement.Of("INSERT INTO late VALUES (1)"), Statement.Of("INSERT INTO late VALUES (1)")]).AsTask());
        await Assert.ThrowsAsync<PostgresException>(() => _pool.ExecuteAsync($"INSERT INTO late VALUES ({1}), ({1})").AsTask());
        await Assert.ThrowsAsync<PostgresException>(() => _pool.QueryAsync($"INSERT INTO late VALUES ({1}), ({1}) RETURNING id", row => row.GetInt32(0)).AsTask());

        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM late"));
    }

    [Fact]
    public async Task A_function_for_a_row_that_throws_gives_its_exception_and_the_connection_stays()
    {
        var thrown = new InvalidOperationException("no");

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.QueryAsync<int>($"SELECT generate_series(1, {10_000})", _ => throw thrown).AsTask()));
        Assert.Equal((1, 0L), (await _pool.ScalarAsync<int>($"SELECT 1"), _pool.Statistics.Lost));
    }

    [Fact]
    public async Task At_the_time_out_a_statement_that_runs_is_cancelled_and_its_outcome_is_unknown()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() =>
            _pool.ExecuteAsync($"INSERT INTO item SELECT 1 FROM pg_sleep(60)", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(300) }).AsTask());

        Assert.Equal((PoolErrorKind.OutcomeUnknown, false), (error.Kind, error.IsTransient));
        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_cancelled_statement_that_runs_is_cancelled_at_the_server()
    {
        using var cancel = new CancellationTokenSource();
        var running = _pool.ExecuteAsync($"INSERT INTO item SELECT 1 FROM pg_sleep(60)", cancellationToken: cancel.Token).AsTask();
        Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task The_server_says_that_a_statement_was_not_carried_out_when_it_terminates_its_backend()
    {
        var running = _pool.ExecuteAsync($"INSERT INTO item SELECT 1 FROM pg_sleep(60)", new StatementOptions { Repeatable = true }).AsTask();
        Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));

        await Backends.TerminateAsync("query LIKE '%pg_sleep%'");

        Assert.Equal(PostgresErrorCodes.AdminShutdown, (await Assert.ThrowsAsync<PostgresException>(() => running)).SqlState);
        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task Statements_of_a_key_run_in_its_session()
    {
        var options = new StatementOptions { Key = "k" };

        await _pool.ExecuteAsync($"SET application_name = 'of k'", options);

        Assert.Equal("of k", await _pool.ScalarAsync<string>($"SHOW application_name", options));
        Assert.NotEqual("of k", await _pool.ScalarAsync<string>($"SHOW application_name", new StatementOptions { Key = "l" }));
    }

    [Fact]
    public async Task A_simple_pool_whose_connections_are_lent_refuses_a_statement()
    {
        await using var one = await _pool.GetConnAsync();
        await using var two = await _pool.GetConnAsync();

        Assert.Equal(PoolErrorKind.Exhausted, (await Assert.ThrowsAsync<PoolException>(() => _pool.ExecuteAsync($"SELECT 1").AsTask())).Kind);
    }
}

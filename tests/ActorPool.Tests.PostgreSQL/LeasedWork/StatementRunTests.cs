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
}

using ActorPool.Tests.PostgreSQL.Support;
using Dapper;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>Dapper on a lease, as on any other connection.</summary>
public sealed class DapperTests : PoolTest
{
    [Fact]
    public async Task Query_maps_rows_and_leaves_the_lease_open()
    {
        await using var connection = await BorrowAsync();

        var rows = connection.Query<Row>("SELECT 1 AS id, 'one' AS name UNION ALL SELECT 2, 'two' ORDER BY id").ToList();
        var same = (await connection.QueryAsync<Row>("SELECT @id AS id, @name AS name", new { id = 2, name = "two" })).Single();

        Assert.Equal(new Row(1, "one"), rows[0]);
        Assert.Equal(rows[1], same);
        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    [Fact]
    public async Task Execute_takes_part_in_a_transaction()
    {
        await using var connection = await BorrowAsync();
        connection.Execute("CREATE TABLE t (n int)");
        await using (var dropped = await connection.BeginTransactionAsync())
        {
            Assert.Equal(2, connection.Execute("INSERT INTO t VALUES (@n)", new[] { new { n = 1 }, new { n = 2 } }, dropped));
            await dropped.RollbackAsync();
        }

        await using (var kept = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteAsync("INSERT INTO t VALUES (@n)", new { n = 3 }, kept);
            await kept.CommitAsync();
        }

        Assert.Equal([3], await connection.QueryAsync<int>("SELECT n FROM t"));
    }

    [Fact]
    public async Task An_unbuffered_query_streams()
    {
        await using var connection = await BorrowAsync();
        var sum = 0;
        await foreach (var n in connection.QueryUnbufferedAsync<int>("SELECT generate_series(1, 100)"))
            sum += n;

        Assert.Equal(5050, sum);
    }

    [Fact]
    public async Task Dapper_on_an_ended_lease_gets_the_reason_of_the_end()
    {
        var connection = await BorrowAsync();
        await connection.DisposeAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => connection.QueryAsync<int>("SELECT 1"));
        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
    }

    private async Task<PooledConnection> BorrowAsync() => await (await StartAsync(1, 1)).GetConnAsync();

    public sealed record Row(int Id, string Name);
}

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>What a connection measures of each statement: its time at the server, its rows and its bytes.</summary>
public sealed class MeasuredStatementTests : StatementTest
{
    private static readonly TimeSpan Sleep = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task A_slow_statement_is_told_from_its_neighbours()
    {
        var connection = await OpenAsync();
        var (fast, slow, behind) = (Select("SELECT 1"), Select("SELECT 2 FROM pg_sleep(0.4)"), Select("SELECT 3"));
        await RunAsync(connection, Select("SELECT 1"), Select("SELECT 2"));

        await RunAsync(connection, fast, slow, behind);

        Assert.True(slow.Took >= Sleep * 0.9, $"{slow.Took}");
        Assert.True(fast.Took < slow.Took && behind.Took < slow.Took, $"{fast.Took}, {slow.Took}, {behind.Took}");
    }

    [Fact]
    public async Task The_time_of_a_lonely_statement_is_told_without_the_way_to_the_server()
    {
        var connection = await OpenAsync();
        var (fast, slow) = (Select("SELECT 1"), Select("SELECT 2 FROM pg_sleep(0.4)"));
        await RunAsync(connection, fast);
        await RunAsync(connection, slow);

        Assert.Equal(TimeSpan.Zero, fast.Took);
        Assert.True(slow.Took > Sleep / 2, $"{slow.Took}");
    }

    [Fact]
    public async Task Rows_and_bytes_are_counted_for_each_statement()
    {
        var connection = await OpenAsync();
        var (small, many, skipped, failed) = (Select("SELECT 1"), Select("SELECT generate_series(1, 3000)"), Execute("SELECT repeat('x', 50000)"), Select(DividesByZero));

        await RunAsync(connection, small, many, skipped, failed);

        Assert.Equal([1, 3000, 1, 0], [small.RowsRead, many.RowsRead, skipped.RowsRead, failed.RowsRead]);
        Assert.InRange(small.BytesRead, 10, 200);
        Assert.InRange(many.BytesRead, 3000 * 11, 3000 * 20);
        Assert.InRange(skipped.BytesRead, 50_000, 51_000);
    }
}

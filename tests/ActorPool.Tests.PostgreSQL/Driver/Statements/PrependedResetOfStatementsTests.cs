using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>The full reset that is sent with the next command goes ahead of statements as well.</summary>
public sealed class PrependedResetOfStatementsTests : StatementTest
{
    private const string Dirt = "SET work_mem = '77MB'; CREATE TEMP TABLE mine (n int)";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Statements_find_a_clean_session(int count)
    {
        var connection = await OpenAsync();
        await ToldAsync(connection, Select("SELECT 1"), Select("SELECT 2"));
        await ExecuteAsync((NpgsqlConnection)connection.Driver, Dirt);
        Assert.True(connection.PrependReset());

        var told = await ToldAsync(connection, [.. Enumerable.Repeat(0, count).Select(_ => Select("SELECT current_setting('work_mem') || coalesce(to_regclass('mine')::text, '')"))]);

        Assert.Equal(Enumerable.Repeat("4MB", count), told);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_failing_statement_does_not_undo_the_reset(int count)
    {
        var connection = await OpenAsync();
        await ExecuteAsync((NpgsqlConnection)connection.Driver, Dirt);
        Assert.True(connection.PrependReset());

        Assert.Equal(Enumerable.Repeat("22012", count), await ToldAsync(connection, [.. Enumerable.Repeat(0, count).Select(_ => Select(DividesByZero))]));

        Assert.Equal(["4MB"], await ToldAsync(connection, Select("SHOW work_mem")));
    }

    [Fact]
    public async Task A_reset_stays_due_when_nothing_could_be_sent()
    {
        var connection = await OpenAsync();
        await ExecuteAsync((NpgsqlConnection)connection.Driver, Dirt);
        Assert.True(connection.PrependReset());

        Assert.Equal(ReturnCondition.ResetPending, await RunAsync(connection, Select("SELECT $1", new Version(1, 2))));

        Assert.Equal(["4MB"], await ToldAsync(connection, Select("SHOW work_mem")));
    }
}

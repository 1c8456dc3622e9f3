using ActorPool.Core.Model;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>A statement that opens a transaction in a way that was not seen: what ran behind it is undone, and told to run again.</summary>
public sealed class LeftTransactionTests : StatementTest
{
    [Fact]
    public async Task What_ran_inside_an_open_transaction_is_undone_and_runs_again()
    {
        await ExecuteAsync("CREATE TABLE kept (n int)");
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Execute("INSERT INTO kept VALUES (1)"), Execute("BEGIN"), Execute("INSERT INTO kept VALUES (2)"), Select(DividesByZero), Select("SELECT 5")];

        Assert.Equal(ReturnCondition.Clean, await RunAsync(connection, statements));

        Assert.Equal(["1", nameof(PoolException), "NotRun", "NotRun", "NotRun"], statements.Select(statement => statement.Told));
        Assert.Equal(PoolErrorKind.NotAsStatement, ((PoolException)statements[1].Error!).Kind);
        Assert.Contains("TransactAsync", statements[1].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await ToldAsync(connection, Select("SELECT n FROM kept")));
    }

    [Fact]
    public async Task A_lonely_statement_that_opens_a_transaction_fails()
    {
        var connection = await OpenAsync();
        var begin = Execute("BEGIN");

        Assert.Equal(ReturnCondition.Clean, await RunAsync(connection, begin));

        Assert.Equal(PoolErrorKind.NotAsStatement, Assert.IsType<PoolException>(begin.Error).Kind);
    }

    [Fact]
    public async Task What_another_statement_has_committed_is_not_told_as_undone()
    {
        await ExecuteAsync("CREATE TABLE kept (n int)");
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Execute("BEGIN"), Execute("INSERT INTO kept VALUES (2)"), Execute("COMMIT"), Execute("INSERT INTO kept VALUES (3)")];

        Assert.Equal(ReturnCondition.Clean, await RunAsync(connection, statements));

        Assert.Equal([nameof(PoolException), "unknown", "unknown", "1"], statements.Select(statement => statement.Told));
        Assert.Equal(["2,3"], await ToldAsync(connection, Select("SELECT n FROM kept ORDER BY n")));
    }
}

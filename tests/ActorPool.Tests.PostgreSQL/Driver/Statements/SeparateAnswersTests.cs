using ActorPool.Core.Model;
using ActorPool.Tests.PostgreSQL.Support;
using static ActorPool.Tests.PostgreSQL.Support.DriverAccess;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>Statements that travel together are strangers: each has its own answer.</summary>
public sealed class SeparateAnswersTests : StatementTest
{
    [Theory, BothWays]
    public async Task Statements_behind_a_failing_one_have_their_results(DriverAccess access)
    {
        var connection = await OpenAsync(access);

        var told = await ToldAsync(connection, Select("SELECT 1"), Select(DividesByZero), Select("SELECT $1::int", 3), Execute("SELEC"), Select("SELECT generate_series(5, 7)"));

        Assert.Equal(["1", "22012", "3", "42601", "5,6,7"], told);
    }

    [Theory, BothWays]
    public async Task What_was_told_as_done_is_committed_and_what_failed_is_not(DriverAccess access)
    {
        await ExecuteAsync("CREATE TABLE kept (n int PRIMARY KEY)");
        var connection = await OpenAsync(access);

        var told = await ToldAsync(
            connection, Execute("INSERT INTO kept VALUES (1)"), Execute("INSERT INTO kept VALUES (1)"), Execute("INSERT INTO kept VALUES (2), (3)"), Execute("UPDATE kept SET n = n + 10 WHERE n > 1"));

        Assert.Equal(["1", "23505", "2", "2"], told);
        Assert.Equal(["1,12,13"], await ToldAsync(connection, Select("SELECT n FROM kept ORDER BY n")));
    }

    [Theory, BothWays]
    public async Task A_deferred_constraint_fails_its_own_statement(DriverAccess access)
    {
        await ExecuteAsync("CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        var connection = await OpenAsync(access);

        var told = await ToldAsync(connection, Execute("INSERT INTO parent VALUES (1)"), Execute("INSERT INTO child VALUES (2)"), Execute("INSERT INTO child VALUES (1)"), Select("SELECT count(*) FROM child"));

        Assert.Equal(["1", "23503", "1", "1"], told);
    }

    [Theory, BothWays]
    public async Task A_group_is_carried_out_as_a_whole_or_not_at_all(DriverAccess access)
    {
        await ExecuteAsync("CREATE TABLE grouped (n int)");
        var connection = await OpenAsync(access);

        var told = await ToldAsync(
            connection,
            Execute("INSERT INTO grouped VALUES (1)"),
            Group("INSERT INTO grouped VALUES (2), (3)", DividesByZero, "INSERT INTO grouped VALUES (4)"),
            Group("INSERT INTO grouped VALUES (5), (6)", "DELETE FROM grouped WHERE n = 1", "SELECT 1"),
            Select("SELECT n FROM grouped ORDER BY n"));

        Assert.Equal(["1", "22012", "2,1,-1", "5,6"], told);
    }

    [Theory, BothWays]
    public async Task All_but_the_last_answer_are_delivered(DriverAccess access)
    {
        var connection = await OpenAsync(access);
        var statements = new[] { Select("SELECT 1"), Select(DividesByZero), Select("SELECT 3") };

        Assert.Equal(access == Internals ? ReturnCondition.Clean : ReturnCondition.InTransaction, await RunAsync(connection, statements));

        Assert.Equal([1, 1, 0], statements.Select(statement => statement.Deliveries));
        Assert.All(statements, statement => Assert.Equal(StatementEnd.Answered, statement.End));
    }

    [Theory, BothWays]
    public async Task Large_results_and_large_parameters_travel_together(DriverAccess access)
    {
        var connection = await OpenAsync(access);
        var large = new string('x', 1 << 20);
        var statements = Enumerable.Range(0, 64).Select(n => new RecordedStatement(Statement.Of("SELECT $1::text, $2::int", large, n))
        {
            OnRow = reader => $"{reader.GetString(0).Length}:{reader.GetInt32(1)}",
        }).ToArray();

        var told = await ToldAsync(connection, statements);

        Assert.Equal(Enumerable.Range(0, 64).Select(n => $"{1 << 20}:{n}"), told);
        Assert.All(statements, statement => Assert.True(access == PublicOnly || statement.BytesRead > 1 << 19));
    }
}

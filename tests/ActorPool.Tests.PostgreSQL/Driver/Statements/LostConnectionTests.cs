using ActorPool.Core.Model;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using static ActorPool.Tests.PostgreSQL.Support.DriverAccess;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>A connection that ends in the middle: done, not done and unknown are told apart.</summary>
public sealed class LostConnectionTests : StatementTest
{
    private const string EndsItself = "SELECT pg_terminate_backend(pg_backend_pid())";
    private const string InternalError = "DO $$ BEGIN RAISE EXCEPTION 'internal' USING ERRCODE = 'XX000'; END $$";

    [Theory, BothWays]
    public async Task Statements_behind_the_last_words_of_the_server_have_certainly_not_run(DriverAccess access)
    {
        await ExecuteAsync("CREATE TABLE kept (n int)");
        var connection = await OpenAsync(access);
        RecordedStatement[] statements = [Execute("INSERT INTO kept VALUES (1)"), Select(EndsItself), Execute("INSERT INTO kept VALUES (2)"), Select("SELECT 3")];

        Assert.Equal(ReturnCondition.Broken, await RunAsync(connection, statements));

        Assert.Equal(["1", "57P01", "NotRun", "NotRun"], statements.Select(statement => statement.Told));
        Assert.True(((PostgresException)statements[1].Error!).IsTransient);
        Assert.Equal(["1"], await ToldAsync(await OpenAsync(), Select("SELECT n FROM kept")));
    }

    [Fact]
    public async Task A_connection_that_the_server_had_closed_before_runs_nothing()
    {
        var connection = await OpenAsync();
        await Backends.TerminateAsync();
        Assert.Equal(0, await Backends.WaitForAsync(0));
        RecordedStatement[] statements = [Select("SELECT 1"), Select("SELECT 2")];

        Assert.Equal(ReturnCondition.Broken, await RunAsync(connection, statements));

        Assert.All(statements, statement => Assert.Equal(StatementEnd.NotRun, statement.End));
        Assert.All(statements, statement => Assert.Equal(0, statement.Deliveries));
    }

    [Fact]
    public async Task What_is_behind_an_error_over_which_the_driver_gives_up_is_unknown()
    {
        await ExecuteAsync("CREATE TABLE kept (n int)");
        var connection = await OpenAsync();
        var repeatable = new RecordedStatement(Statement.Of("SELECT 3")) { MayBeRepeated = true };
        RecordedStatement[] statements = [Execute(InternalError), Execute("INSERT INTO kept VALUES (2)"), repeatable];

        Assert.Equal(ReturnCondition.Broken, await RunAsync(connection, statements));

        Assert.Equal(["XX000", "unknown", "Repeat"], statements.Select(statement => statement.Told));
        Assert.Equal("XX000", (statements[1].Error as PostgresException)?.SqlState);
    }

    [Fact]
    public async Task A_repeatable_statement_is_repeated_once()
    {
        var repeatable = new RecordedStatement(Statement.Of("SELECT pg_sleep(60)")) { MayBeRepeated = true };
        for (var round = 0; round < 2; round++)
        {
            var connection = await OpenAsync();
            var running = RunAsync(connection, repeatable);
            Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));
            await connection.AbortAsync();
            Assert.NotEqual(ReturnCondition.Clean, await running);
            // As the core does.
            repeatable.MayHaveRun = true;
            Assert.Equal(round == 0 ? "Repeat" : "unknown", repeatable.Told);
        }
    }

    [Theory, BothWays]
    public async Task A_forced_end_leaves_what_was_sent_unknown(DriverAccess access)
    {
        var connection = await OpenAsync(access);
        RecordedStatement[] statements = [Select("SELECT 1"), Select("SELECT pg_sleep(60)"), Select("SELECT 3")];
        var running = RunAsync(connection, statements);
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));

        connection.EndLease(LeaseEnd.PoolClosed);
        await connection.AbortAsync();

        Assert.NotEqual(ReturnCondition.Clean, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(access == Internals ? ["1", "unknown", "unknown"] : ["1", "57P01", "NotRun"], statements.Select(statement => statement.Told));
        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    [Fact]
    public async Task A_COPY_leaves_itself_and_what_is_behind_it_unknown()
    {
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Select("SELECT 1"), Execute("/* */ COPY (SELECT 1) TO STDOUT"), Select("SELECT 3")];

        Assert.Equal(ReturnCondition.Broken, await RunAsync(connection, statements));

        Assert.Equal(["1", "unknown", "unknown"], statements.Select(statement => statement.Told));
        Assert.IsType<NotSupportedException>(statements[1].Error);
    }

    [Fact]
    public async Task An_error_of_retire_on_replaces_the_connection_and_harms_no_other_statement()
    {
        var connection = await OpenAsync(change: settings => settings with { RetireOn = ["22012"] });
        RecordedStatement[] statements = [Select("SELECT 1"), Select(DividesByZero), Select("SELECT 3")];

        Assert.Equal(ReturnCondition.Broken, await RunAsync(connection, statements));

        Assert.Equal(["1", "22012", "3"], statements.Select(statement => statement.Told));
    }
}

using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>A cancel request names a connection, not a statement. It harms no other statement.</summary>
public sealed class CancelledStatementTests : StatementTest
{
    private const string IgnoresOneCancellation =
        "DO $$ BEGIN PERFORM pg_sleep(5); EXCEPTION WHEN query_canceled THEN NULL; END $$";

    [Theory, BothWays]
    public async Task The_running_statement_is_cancelled_alone(DriverAccess access)
    {
        var connection = await OpenAsync(access);
        RecordedStatement[] statements = [Select("SELECT 1"), Select("SELECT pg_sleep(60)"), Select("SELECT 3")];
        var (batch, running) = await StartAsync(connection, statements);

        await SleepsAsync();
        statements[1].GiveUp();
        connection.CancelRunning(batch, 1);

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["1", "3"], [statements[0].Told, statements[2].Told]);
        Assert.Equal(StatementEnd.Answered, statements[1].End);
        Assert.Equal(["5"], await ToldAsync(connection, Select("SELECT 5")));
    }

    [Fact]
    public async Task A_statement_that_is_hit_by_the_cancellation_of_another_runs_again()
    {
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Execute(IgnoresOneCancellation), Select("SELECT 2 FROM pg_sleep(60)"), Select("SELECT 3")];
        var (batch, running) = await StartAsync(connection, statements);
        await SleepsAsync();
        connection.CancelRunning(batch, 0);
        // On a busy machine the connection that takes the cancel request may need nearly connect-timeout.
        await EventuallyAsync(() => batch.Running == 1, "the second one runs", TimeSpan.FromSeconds(30));

        await CancelSleeperAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["-1", "RunAgain", "3"], statements.Select(statement => statement.Told));
    }

    [Fact]
    public async Task A_cancellation_from_elsewhere_is_the_error_of_the_statement_that_it_hits()
    {
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Select("SELECT pg_sleep(60)"), Select("SELECT 2")];
        var (_, running) = await StartAsync(connection, statements);

        await CancelSleeperAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["57014", "2"], statements.Select(statement => statement.Told));
    }

    [Fact]
    public async Task The_time_out_of_the_server_is_the_error_of_the_statement_that_was_too_slow()
    {
        var connection = await OpenAsync(more: "Options=-c statement_timeout=300");

        var told = await ToldAsync(connection, Select("SELECT 1"), Select("SELECT pg_sleep(60)"), Select("SELECT 3"));

        Assert.Equal(["1", "57014", "3"], told);
    }

    [Fact]
    public async Task A_statement_that_does_not_run_is_not_cancelled()
    {
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Select("SELECT 1 FROM pg_sleep(0.3)"), Select("SELECT 2 FROM pg_sleep(0.3)")];
        var (batch, running) = await StartAsync(connection, statements);

        connection.CancelRunning(batch, 1);

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        connection.CancelRunning(batch, 1);
        Assert.Equal(["1", "2"], statements.Select(statement => statement.Told));
        Assert.Equal(["3"], await ToldAsync(connection, Select("SELECT 3 FROM pg_sleep(0.3)")));
    }

    [Fact]
    public async Task A_statement_given_up_before_it_is_sent_does_not_run()
    {
        var connection = await OpenAsync();
        RecordedStatement[] statements = [Select("SELECT 1"), Select("SELECT 2"), Select("SELECT 3")];
        statements[1].GiveUp();

        await RunAsync(connection, statements);

        Assert.Equal(["1", "Answered", "3"], statements.Select(statement => statement.Told));
        Assert.Equal(0, statements[1].Begun);
    }

    private async Task<(StatementBatch Batch, Task Running)> StartAsync(IPhysicalConnection connection, RecordedStatement[] statements)
    {
        var batch = new StatementBatch();
        batch.Statements.AddRange(statements);
        var running = connection.RunAsync(batch);
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));
        await EventuallyAsync(() => batch.Running < statements.Length, "it is read");
        return (batch, running);
    }

    // A server that has not begun the statement ignores a cancel request.
    private async Task SleepsAsync() => Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));

    private async Task CancelSleeperAsync()
    {
        await SleepsAsync();
        await ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    }
}

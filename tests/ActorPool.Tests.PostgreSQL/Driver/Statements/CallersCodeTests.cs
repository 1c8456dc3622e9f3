using ActorPool.Core.Model;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>The code that takes the rows is a caller's, and may do anything.</summary>
public sealed class CallersCodeTests : StatementTest
{
    private const string FiveRows = "SELECT generate_series(1, 5)";

    [Theory, BothWays]
    public async Task Code_that_throws_fails_its_own_statement(DriverAccess access)
    {
        var seen = 0;
        var statement = Rows(_ => ++seen == 2 ? throw new FormatException("mine") : seen);

        await TellBetweenOthersAsync(access, statement);

        Assert.Equal("mine", Assert.IsType<FormatException>(statement.Error).Message);
        Assert.Equal(2, seen);
    }

    [Theory, BothWays]
    public async Task Code_that_throws_at_the_columns_fails_its_own_statement(DriverAccess access)
    {
        var statement = new RecordedStatement(Statement.Of(FiveRows)) { OnRow = _ => 1, OnColumns = _ => throw new FormatException("mine") };

        await TellBetweenOthersAsync(access, statement);

        Assert.IsType<FormatException>(statement.Error);
    }

    [Theory, BothWays]
    public async Task Code_that_reads_the_wrong_type_fails_its_own_statement(DriverAccess access)
    {
        var statement = Rows(reader => reader.GetGuid(0));

        await TellBetweenOthersAsync(access, statement);

        Assert.IsType<InvalidCastException>(statement.Error);
    }

    [Theory, BothWays]
    public async Task Code_that_closes_the_reader_fails_its_own_statement(DriverAccess access)
    {
        var statement = Rows(reader =>
        {
            reader.Close();
            return 1;
        });

        await TellBetweenOthersAsync(access, statement);

        Assert.Contains("closed the reader", Assert.IsType<InvalidOperationException>(statement.Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_behind_one_whose_code_has_closed_the_reader_keeps_the_connection_busy()
    {
        var connection = await OpenAsync();
        var batch = new StatementBatch();
        batch.Statements.AddRange([Rows(reader => reader.DisposeAsync().AsTask()), Select("SELECT pg_sleep(60)")]);
        var running = connection.RunAsync(batch);
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));
        await EventuallyAsync(() => batch.Running == 1, "the second one is read");

        Assert.True(connection.IsBusy);

        Assert.Equal(1, await Backends.TerminateAsync());
        await running;
    }

    [Fact]
    public async Task Code_that_moves_the_reader_fails_its_own_statement()
    {
        foreach (var steps in new[] { 1, 10 })
        {
            var statement = Rows(reader =>
            {
                for (var step = 0; step < steps; step++)
                    reader.Read();
                return 1;
            });

            await TellBetweenOthersAsync(DriverAccess.Internals, statement);

            Assert.Contains("another row", Assert.IsType<InvalidOperationException>(statement.Error).Message, StringComparison.Ordinal);
        }
    }

    [Theory, BothWays]
    public async Task Code_that_asks_for_another_result_fails_its_own_statement(DriverAccess access)
    {
        var statement = Rows(reader => reader.NextResult());

        await TellBetweenOthersAsync(access, statement);

        Assert.IsType<InvalidOperationException>(statement.Error);
    }

    [Fact]
    public async Task An_error_of_the_server_behind_the_first_rows_is_the_answer()
    {
        var connection = await OpenAsync();

        var told = await ToldAsync(connection, Select("SELECT 1"), Select("SELECT 1 / (3000 - n) FROM generate_series(1, 4000) n"), Select("SELECT 3"));

        Assert.Equal(["1", "22012", "3"], told);
    }

    [Fact]
    public async Task A_reader_that_was_kept_does_not_read_for_the_next_borrower()
    {
        var connection = await OpenAsync();
        NpgsqlDataReader? kept = null;
        await RunAsync(connection, Rows(reader => (kept = reader).GetInt32(0)));

        connection.Lend();
        await using var command = new NpgsqlCommand(FiveRows, (NpgsqlConnection)connection.Driver);
        await using var next = await command.ExecuteReaderAsync();

        Assert.NotSame(next, kept);
        Assert.True(kept!.IsClosed);
    }

    private static RecordedStatement Rows(Func<NpgsqlDataReader, object> onRow) => new(Statement.Of(FiveRows)) { OnRow = onRow };

    private async Task TellBetweenOthersAsync(DriverAccess access, RecordedStatement statement)
    {
        var connection = await OpenAsync(access);
        RecordedStatement[] others = [Select("SELECT 1"), Select("SELECT 3"), Select(DividesByZero), Select("SELECT 5")];

        Assert.NotEqual(ReturnCondition.Broken, await RunAsync(connection, others[0], statement, others[1], others[2], others[3]));

        Assert.Equal(["1", "3", "22012", "5"], others.Select(other => other.Told));
        Assert.Equal(["6"], await ToldAsync(connection, Select("SELECT 6")));
        Assert.False(connection.IsBusy);
    }
}

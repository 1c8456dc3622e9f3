using ActorPool.Core.Model;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>Statements that cannot be sent fail alone. The driver alone would refuse the whole batch, or drop the connection.</summary>
public sealed class UnsendableStatementTests : StatementTest
{
    private enum Unmapped
    {
        One,
    }

    [Theory, BothWays]
    public async Task A_value_that_cannot_be_written_fails_its_own_statement(DriverAccess access)
    {
        foreach (var value in new object[] { Unmapped.One, new Version(1, 2), "half of a pair: \ud800" })
        {
            var told = await TellAsync(access, Select("SELECT $1::text", value));

            Assert.NotNull(told.Error);
            Assert.Equal(1, told.Deliveries);
        }
    }

    [Theory, BothWays]
    public async Task A_text_that_cannot_be_sent_fails_its_own_statement(DriverAccess access)
    {
        foreach (var text in new[] { "SELECT 'half of a pair: \ud800'", "SELECT 1\0, 2" })
            Assert.Contains("Nothing was sent", Assert.IsType<ArgumentException>((await TellAsync(access, Select(text))).Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_whose_value_cannot_be_written_is_prepared_later()
    {
        var connection = await OpenAsync(more: "Max Auto Prepare=10;Auto Prepare Min Usages=1");
        var bad = Select("SELECT $1::text", Unmapped.One);

        Assert.Equal(["a", "22012"], (await ToldAsync(connection, Select("SELECT $1::text", "a"), bad, Select(DividesByZero))).Where((_, index) => index != 1));
        Assert.Equal(["b"], await ToldAsync(connection, Select("SELECT $1::text", "b")));
    }

    /// <summary>The driver checks these only when a part of the message is sent, and gives the connection up.</summary>
    public static TheoryData<string, object> RefusedWhileWritten => new()
    {
        { nameof(ArgumentException), new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)) },
        { nameof(ArgumentException), Enumerable.Repeat(new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), 2).ToArray() },
        { nameof(OverflowException), new NpgsqlParameter { Value = 5_000_000_000, NpgsqlDbType = NpgsqlDbType.Integer } },
        { nameof(OverflowException), new NpgsqlParameter { Value = decimal.MaxValue, DataTypeName = "money" } },
        { nameof(InvalidCastException), new object() },
    };

    [Theory]
    [MemberData(nameof(RefusedWhileWritten))]
    public async Task A_value_that_is_refused_while_it_is_written_costs_no_other_statement_its_answer(string error, object value)
    {
        foreach (var access in new[] { DriverAccess.Internals, DriverAccess.PublicOnly })
        {
            var connection = await OpenAsync(access);
            RecordedStatement[] all = [Execute("CREATE TABLE IF NOT EXISTS done (id int)"), Execute("INSERT INTO done VALUES (1)"), Select("SELECT $1", value), Execute("INSERT INTO done VALUES (2)")];

            await RunAsync(connection, all);

            Assert.Equal(["-1", "1", error], all.Select(statement => statement.Told).Take(3));
            // It is sent on another connection.
            Assert.Equal((StatementEnd.NotRun, 0), (all[3].End, all[3].Deliveries));
        }
    }

    [Fact]
    public async Task A_value_that_is_refused_while_it_is_written_undoes_its_group()
    {
        await ExecuteAsync("CREATE TABLE done (id int)");
        var connection = await OpenAsync();
        var group = new RecordedStatement(Statement.Of("INSERT INTO done VALUES (1)"), Statement.Of("SELECT $1::text", new string('x', 100_000)), Statement.Of("SELECT $1", DateTimeOffset.MaxValue.ToOffset(TimeSpan.FromHours(-2))));

        Assert.Equal([nameof(ArgumentException)], await ToldAsync(connection, group));

        Assert.Equal(0, await Backends.WaitForAsync(0));
        await using var view = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await view.OpenAsync();
        Assert.Equal(0L, await ScalarAsync(view, "SELECT count(*) FROM done"));
    }

    private async Task<RecordedStatement> TellAsync(DriverAccess access, RecordedStatement unsendable)
    {
        var connection = await OpenAsync(access);
        RecordedStatement[] others = [Select("SELECT 1"), Select("SELECT 3")];

        Assert.NotEqual(ReturnCondition.Broken, await RunAsync(connection, others[0], unsendable, others[1]));

        Assert.Equal(["1", "3"], others.Select(other => other.Told));
        return unsendable;
    }
}

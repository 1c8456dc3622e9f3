using ActorPool.Core.Model;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>The driver prepares texts automatically. What happens to one caller's statement then says nothing about the next with the same text.</summary>
public sealed class PreparedTogetherTests : StatementTest
{
    private const string Prepared = "Max Auto Prepare=20;Auto Prepare Min Usages=2";

    [Fact]
    public async Task A_text_that_cannot_be_prepared_fails_each_of_its_statements_with_its_own_error()
    {
        var connection = await OpenAsync(more: Prepared);

        var told = await ToldAsync(connection, [.. Enumerable.Range(0, 8).Select(_ => Select("SELECT missing FROM nowhere")), Select("SELECT 1")]);

        Assert.Equal([.. Enumerable.Repeat("42P01", 8), "1"], told);
    }

    // The driver alone would drop the connection: it takes the text for prepared, and does not know its columns.
    [Fact]
    public async Task A_value_that_fails_the_statement_that_is_being_prepared_fails_it_alone()
    {
        var connection = await OpenAsync(more: Prepared);

        var told = await ToldAsync(connection, Select("SELECT $1::text", "a"), Select("SELECT $1::text", "\0"), Select("SELECT $1::text", "c"), Select("SELECT $1::text", "d"));

        Assert.Equal(["a", "22021", "c", "d"], told);
        Assert.Equal(["e"], await ToldAsync(connection, Select("SELECT $1::text", "e")));
    }

    [Fact]
    public async Task A_value_that_fails_a_lonely_statement_that_is_being_prepared_leaves_its_text_usable()
    {
        var connection = await OpenAsync(more: Prepared);
        Assert.Equal(["a"], await ToldAsync(connection, Select("SELECT $1::text", "a")));

        Assert.Equal(["22021"], await ToldAsync(connection, Select("SELECT $1::text", "\0")));

        Assert.Equal(["c", "d"], await ToldAsync(connection, Select("SELECT $1::text", "c"), Select("SELECT $1::text", "d")));
    }

    [Fact]
    public async Task An_outdated_plan_fails_no_statement()
    {
        await ExecuteAsync("CREATE TABLE widened (n int); INSERT INTO widened VALUES (1)");
        var connection = await OpenAsync(more: Prepared);
        await ToldAsync(connection, Select("SELECT * FROM widened"), Select("SELECT * FROM widened"), Select("SELECT * FROM widened"));
        await ExecuteAsync("ALTER TABLE widened ADD COLUMN m int DEFAULT 2");
        var outdated = Select("SELECT * FROM widened");

        Assert.Equal(["1", "RunAgain", "RunAgain", "3"], await ToldAsync(connection, Select("SELECT 1"), outdated, Select("SELECT * FROM widened"), Select("SELECT 3")));

        Assert.Equal(["1"], await ToldAsync(connection, outdated));
    }

    [Fact]
    public async Task A_lonely_statement_with_an_outdated_plan_is_run_again_at_once()
    {
        await ExecuteAsync("CREATE TABLE widened (n int); INSERT INTO widened VALUES (1)");
        var connection = await OpenAsync(more: Prepared);
        await ToldAsync(connection, Select("SELECT * FROM widened"), Select("SELECT * FROM widened"), Select("SELECT * FROM widened"));
        await ExecuteAsync("ALTER TABLE widened ADD COLUMN m int DEFAULT 2");
        var outdated = Select("SELECT * FROM widened");

        Assert.Equal(["1"], await ToldAsync(connection, outdated));
        Assert.Equal(2, outdated.Begun);
    }

    [Fact]
    public async Task A_prepared_statement_that_the_server_has_forgotten_is_prepared_again()
    {
        var connection = await OpenAsync(more: Prepared);
        await ToldAsync(connection, Select("SELECT 40 + $1::int", 1), Select("SELECT 40 + $1::int", 1), Select("SELECT 40 + $1::int", 1));
        await ToldAsync(connection, Execute("DEALLOCATE ALL"));
        var forgotten = Select("SELECT 40 + $1::int", 2);

        // The sentinel is forgotten as well: alone, then together.
        Assert.Equal(["42"], await ToldAsync(connection, forgotten));
        Assert.Equal(2, forgotten.Begun);
    }

    [Fact]
    public async Task A_group_that_fails_at_a_row_leaves_the_texts_behind_that_row_usable()
    {
        await ExecuteAsync("CREATE TABLE kept (n int)");
        var connection = await OpenAsync(more: "Max Auto Prepare=20;Auto Prepare Min Usages=1");
        var group = new RecordedStatement(Statement.Of("SELECT 1 / (3000 - n) FROM generate_series(1, 4000) n"), Statement.Of("INSERT INTO kept VALUES ($1)", 1)) { OnRow = _ => "" };

        Assert.Equal(["22012"], await ToldAsync(connection, group));

        Assert.Equal(["1", "1"], await ToldAsync(connection, Execute("INSERT INTO kept VALUES ($1)", 2), Select("SELECT 1")));
    }

    [Fact]
    public async Task More_texts_than_the_driver_prepares_are_answered()
    {
        var connection = await OpenAsync(more: "Max Auto Prepare=2;Auto Prepare Min Usages=1");
        for (var round = 0; round < 5; round++)
        {
            var statements = Enumerable.Range(0, 12).Select(n => n % 5 == 4 ? Select(DividesByZero) : Select($"SELECT {n % 7} + $1::int", round)).ToArray();

            var told = await ToldAsync(connection, statements);

            Assert.Equal(Enumerable.Range(0, 12).Select(n => n % 5 == 4 ? "22012" : $"{(n % 7) + round}"), told);
            Assert.All(statements, statement => Assert.Equal(StatementEnd.Answered, statement.End));
        }
    }

    // The driver alone would keep one statement in two of its places, and could soon prepare no other text.
    [Fact]
    public async Task Texts_that_fail_together_while_they_are_prepared_leave_the_others_usable()
    {
        var connection = await OpenAsync(more: Prepared);
        for (var use = 0; use < 6; use++)
        {
            Assert.Equal(["22P02", "22P02"], await ToldAsync(connection, Select("SELECT 1 + $1::text::int", "a"), Select("SELECT 2 + $1::text::int", "a")));
            Assert.Equal(["22P02", "x"], await ToldAsync(connection, Select("SELECT 2 + $1::text::int", "a"), Select("SELECT $1::text", "x")));
        }

        for (var text = 10; text < 50; text++)
            Assert.Equal(["12", $"{text}"], await ToldAsync(connection, Select("SELECT 2 + $1::text::int", "10"), Select($"SELECT 0 + {text % 13} + {text - (text % 13)}")));
    }

    [Fact]
    public async Task Several_outdated_plans_leave_the_connection_usable()
    {
        string[] texts = ["SELECT * FROM widened", "SELECT *, 2 FROM widened", "SELECT *, 3 FROM widened", "SELECT *, 4 FROM widened"];
        await ExecuteAsync("CREATE TABLE widened (n int); INSERT INTO widened VALUES (1)");
        var connection = await OpenAsync(more: Prepared);
        for (var round = 0; round < 4; round++)
        {
            for (var use = 0; use < 3; use++)
                await ToldAsync(connection, [.. texts.Select(text => Select(text))]);
            await ExecuteAsync($"ALTER TABLE widened ADD COLUMN m{round} int DEFAULT 2");
            Assert.Equal(["RunAgain", "RunAgain", "RunAgain", "RunAgain"], await ToldAsync(connection, [.. texts.Select(text => Select(text))]));
            foreach (var text in texts.Reverse())
                Assert.Equal(["1"], await ToldAsync(connection, Select(text)));
        }
    }
}

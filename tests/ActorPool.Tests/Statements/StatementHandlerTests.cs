using Npgsql;

namespace ActorPool.Tests.Statements;

/// <summary>Interpolated strings as statements: each hole is a parameter.</summary>
public sealed class StatementHandlerTests
{
    private const string Name = "O'Brien; DROP TABLE item";

    [Fact]
    public void A_hole_becomes_a_parameter_with_a_number()
    {
        var statement = Statement.Of($"SELECT * FROM item WHERE id = {7} AND name = {Name}");

        Assert.Equal("SELECT * FROM item WHERE id = $1 AND name = $2", statement.Sql);
        Assert.Equal([7, Name], statement.Parameters);
    }

    [Fact]
    public void A_text_without_holes_is_a_statement() => Assert.Equal(("SELECT 1", 0), Facts(Statement.Of($"SELECT 1")));

    [Fact]
    public void More_than_nine_holes_keep_their_numbers()
    {
        var n = 1;
        Assert.Equal("SELECT $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11", Statement.Of($"SELECT {n},{n},{n},{n},{n},{n},{n},{n},{n},{n},{n}").Sql);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void A_parameter_has_the_type_of_its_expression_also_for_null(int? id)
    {
        Assert.Equal(typeof(NpgsqlParameter<int?>), TypeOf(Statement.Of($"SELECT {id}")));
        Assert.Equal(typeof(NpgsqlParameter<string>), TypeOf(Statement.Of($"SELECT {(id is null ? null : "x")}")));
        Assert.Equal(id, Statement.Of($"SELECT {id}").Parameters[0]);
    }

    [Fact]
    public void Without_a_static_type_the_value_gives_it()
    {
        Assert.Equal(typeof(NpgsqlParameter), TypeOf(Statement.Of($"SELECT {(object)5}")));
        Assert.Equal(5, Statement.Of($"SELECT {(object)5}").Values[0].ToNpgsql().Value);
        Assert.Equal(DBNull.Value, Statement.Of($"SELECT {(object?)null}").Values[0].ToNpgsql().Value);
        Assert.Equal(DBNull.Value, Statement.Of($"SELECT {DBNull.Value}").Values[0].ToNpgsql().Value);
    }

    [Fact]
    public void A_format_names_the_type()
    {
        int[] ids = [1];
        var statement = Statement.Of($"SELECT {"{}":jsonb}, {ids:int4[]}");

        Assert.Equal("SELECT $1, $2", statement.Sql);
        Assert.Equal(["jsonb", "int4[]"], statement.Values.Select(value => value.TypeName));
        Assert.Equal("jsonb", statement.Values[0].ToNpgsql().DataTypeName);
    }

    [Fact]
    public void A_format_of_dotnet_is_refused()
    {
        Assert.Contains("jsonb", Assert.Throws<ArgumentException>(() => Statement.Of($"SELECT {DateTime.UnixEpoch:yyyy-MM-dd}")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Statement.Of($"SELECT {5:0.00}"));
        Assert.Throws<ArgumentException>(() => Statement.Of($"SELECT {5:#,##0}"));
    }

    [Fact]
    public void An_enum_is_sent_as_itself_or_as_the_format_says()
    {
        DayOfWeek? none = null;
        Assert.Equal(typeof(NpgsqlParameter<DayOfWeek>), TypeOf(Statement.Of($"SELECT {DayOfWeek.Friday}")));
        Assert.Equal(5, Statement.Of($"SELECT {DayOfWeek.Friday:int4}").Parameters[0]);
        Assert.Equal((short)5, Statement.Of($"SELECT {DayOfWeek.Friday:smallint}").Parameters[0]);
        Assert.Equal(5L, Statement.Of($"SELECT {(DayOfWeek?)DayOfWeek.Friday:bigint}").Parameters[0]);
        Assert.Equal("Friday", Statement.Of($"SELECT {DayOfWeek.Friday:text}").Parameters[0]);
        Assert.Equal(DayOfWeek.Friday, Statement.Of($"SELECT {DayOfWeek.Friday:mood}").Parameters[0]);
        Assert.Null(Statement.Of($"SELECT {none:int4}").Parameters[0]);
    }

    [Fact]
    public void A_sequence_becomes_an_array()
    {
        IEnumerable<int> ids = Enumerable.Range(1, 3).Where(id => id != 2);
        IReadOnlyList<string> names = ["a"];
        IEnumerable<int>? none = null;

        Assert.Equal([1, 3], Assert.IsType<int[]>(Statement.Of($"SELECT {ids}").Parameters[0]));
        Assert.Equal(typeof(NpgsqlParameter<int[]>), TypeOf(Statement.Of($"SELECT {none}")));
        Assert.Equal(["a"], Assert.IsAssignableFrom<IEnumerable<string>>(Statement.Of($"SELECT {names}").Parameters[0]));
        Assert.Equal(typeof(NpgsqlParameter<List<int>>), TypeOf(Statement.Of($"SELECT {new List<int> { 1 }}")));
    }

    [Fact]
    public void A_parameter_of_the_driver_keeps_its_type_and_is_copied()
    {
        var given = new NpgsqlParameter<string> { TypedValue = "{}", NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb, ParameterName = "named" };
        var statement = Statement.Of($"SELECT {given}");
        given.TypedValue = "changed";

        var (first, second) = (statement.Values[0].ToNpgsql(), statement.Values[0].ToNpgsql());
        Assert.Equal(("{}", "", NpgsqlTypes.NpgsqlDbType.Jsonb), (first.Value, first.ParameterName, first.NpgsqlDbType));
        Assert.NotSame(first, second);
        Assert.Equal("{}", statement.Parameters[0]);
    }

    [Fact]
    public void A_hole_in_quotes_is_refused()
    {
        Contains("quotes", () => Statement.Of($"SELECT '{Name}'"));
        Contains("quotes", () => Statement.Of($"SELECT 1 WHERE x LIKE '%{Name}%'"));
        Contains("quotes", () => Statement.Of($"SELECT \"{Name}\""));
        Contains("quotes", () => Statement.Of($"DO $$ BEGIN PERFORM {Name}; END $$"));
        Contains("quotes", () => Statement.Of($@"SELECT E'\'{Name}'"));
        Contains("Hole 2", () => Statement.Of($"SELECT {1}, interval '{2} days'"));
    }

    [Fact]
    public void A_hole_in_a_comment_is_refused()
    {
        Contains("comment", () => Statement.Of($"SELECT 1 -- {Name}"));
        Contains("comment", () => Statement.Of($"SELECT /* {Name} */ 1"));
    }

    [Fact]
    public void A_hole_in_a_name_is_refused()
    {
        Contains("name", () => Statement.Of($"SELECT * FROM item_{Name}"));
        Contains("name", () => Statement.Of($"SELECT {Name}x"));
        Contains("number", () => Statement.Of($"SELECT {1}0"));
        Contains("name", () => Statement.Of($"SELECT {1}{2}"));
    }

    [Fact]
    public void Quotes_that_are_closed_before_a_hole_do_not_matter() =>
        Assert.Equal("SELECT 'it''s', \"a\", $1::int, $$b$$ /* c */, ($2)", Statement.Of($"SELECT 'it''s', \"a\", {1}::int, $$b$$ /* c */, ({2})").Sql);

    [Fact]
    public void Numbers_besides_holes_are_refused() => Contains("$1", () => Statement.Of($"SELECT $1, {1}"));

    [Fact]
    public void An_empty_string_is_no_statement()
    {
        Assert.Throws<ArgumentException>(() => Statement.Of($""));
        Assert.Throws<ArgumentException>(() => default(StatementHandler).ToStatement());
        Assert.Throws<ArgumentException>(() => Statement.Of($"{1}"));
    }

    [Fact]
    public void Values_that_cannot_be_sent_are_refused()
    {
        Contains("Await it", () => Statement.Of($"SELECT {Task.FromResult(1)}"));
        Contains("Await it", () => Statement.Of($"SELECT {new ValueTask<int>(1)}"));
        Contains("cancellationToken: token", () => Statement.Of($"SELECT {CancellationToken.None}"));
        Contains("bytes", () => Statement.Of($"SELECT {Stream.Null}"));
        Contains("bytes", () => Statement.Of($"SELECT {new MemoryStream()}"));
        Contains("part of another", () => Statement.Of($"SELECT {(object)Statement.Of("SELECT 1")}"));
        Contains("direction", () => Statement.Of($"SELECT {new NpgsqlParameter { Direction = System.Data.ParameterDirection.Output }}"));
        Contains("Call it", () => Statement.Of($"SELECT {new Func<int>(() => 1)}"));
        Contains(":int4", () => Statement.Of($"SELECT {new NpgsqlParameter { Value = 1 }:int4}"));
    }

    private static (string, int) Facts(Statement statement) => (statement.Sql, statement.Parameters.Count);

    private static Type TypeOf(Statement statement) => Assert.Single(statement.Values).ToNpgsql().GetType();

    private static void Contains(string word, Func<Statement> make) =>
        Assert.Contains(word, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
}

namespace ActorPool.Tests.Statements;

/// <summary>A text with numbers and its values.</summary>
public sealed class StatementTests
{
    [Fact]
    public void Each_number_has_a_value()
    {
        var statement = Statement.Of("SELECT $2, $1, $2", 1, null);

        Assert.Equal("SELECT $2, $1, $2", statement.Sql);
        Assert.Equal([1, null], statement.Parameters);
    }

    [Theory]
    [InlineData("SELECT $2", 1)]
    [InlineData("SELECT $1", 0)]
    [InlineData("SELECT 1", 1)]
    [InlineData("SELECT @id", 1)]
    [InlineData("SELECT '$1'", 1)]
    [InlineData("SELECT a$1 FROM t -- $1", 1)]
    public void A_wrong_number_of_values_is_refused(string sql, int values)
    {
        var error = Assert.Throws<ArgumentException>(() => Statement.Of(sql, Enumerable.Repeat<object?>(7, values).ToArray()));

        Assert.Contains("$1, $2 and so on", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_one_value_when_it_is_cast_and_no_array()
    {
        Assert.Equal([null], Statement.Of("SELECT $1", (object?)null).Parameters);
        Assert.Throws<ArgumentNullException>(() => Statement.Of("SELECT $1", null!));
    }

    [Fact]
    public void An_array_of_strings_is_one_value_for_one_number()
    {
        string[] names = ["a", "b"];

        Assert.Same(names, Assert.Single(Statement.Of("SELECT 1 WHERE 'a' = ANY($1)", names).Parameters));
        Assert.Equal(["a", "b"], Statement.Of("SELECT $1, $2", names).Parameters);
        Assert.Equal([1, 2], Statement.Of("SELECT $1, $2", [1, 2]).Parameters);
        Assert.Throws<ArgumentException>(() => Statement.Of("SELECT $1, $2, $3", names));
    }

    [Fact]
    public void A_list_of_objects_is_refused_as_a_value()
    {
        var values = new List<object> { 1, "a" };

        Assert.Contains("[.. values]", Assert.Throws<ArgumentException>(() => Statement.Of("SELECT $1", values)).Message, StringComparison.Ordinal);
        Assert.Equal([1, "a"], Statement.Of("SELECT $1, $2", [.. values]).Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void An_empty_text_is_refused(string sql) => Assert.Throws<ArgumentException>(() => Statement.Of(sql));

    [Fact]
    public void Statements_are_equal_when_text_and_values_are()
    {
        var (id, bytes) = (7, new byte[] { 1, 2 });
        var statement = Statement.Of($"SELECT {id}, {bytes}");

        Assert.Equal(statement, Statement.Of("SELECT $1, $2", 7, new byte[] { 1, 2 }));
        Assert.Equal(statement.GetHashCode(), Statement.Of("SELECT $1, $2", 7, new byte[] { 1, 2 }).GetHashCode());
        Assert.NotEqual(statement, Statement.Of("SELECT $1, $2", 8, bytes));
        Assert.NotEqual(statement, Statement.Of("SELECT $1, $2", 7L, bytes));
        Assert.NotEqual(statement, Statement.Of("SELECT $1, $2 ", id, bytes));
        Assert.NotEqual(Statement.Of($"SELECT {"1":jsonb}"), Statement.Of($"SELECT {"1":json}"));
        Assert.Equal(statement, statement with { });
    }

    [Fact]
    public void Its_text_shows_no_value()
    {
        var statement = Statement.Of($"SELECT {"secret"}");

        foreach (var shown in (object[])[statement, new Execute(statement), new Query(statement), new ExecuteAll([statement]), new Query<int>(statement, _ => 0)])
            Assert.DoesNotContain("secret", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("SELECT $1", new Execute(statement).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_size_of_its_values_is_estimated()
    {
        Assert.Equal(16, Statement.Of($"SELECT {1}, {2L}").Bytes);
        Assert.InRange(Statement.Of($"SELECT {new string('x', 1000)}").Bytes, 1000, 2000);
        Assert.InRange(Statement.Of($"SELECT {new byte[1000]}").Bytes, 1000, 1100);
        Assert.InRange(Statement.Of("SELECT $1", new long[1000]).Bytes, 8000, 20_000);
    }
}

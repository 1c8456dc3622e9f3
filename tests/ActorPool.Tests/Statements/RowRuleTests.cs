using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Tests.Statements;

/// <summary>A function for rows makes an object of a row, at once.</summary>
public sealed class RowRuleTests
{
    [Fact]
    public void An_asynchronous_function_is_refused()
    {
        Contains("asynchronous", () => RowRule.Checked<Task<int>>(_ => Task.FromResult(1)));
        Contains("asynchronous", () => RowRule.Checked<Task>(_ => Task.CompletedTask));
        Contains("asynchronous", () => RowRule.Checked<ValueTask<int>>(_ => default));
        Contains("asynchronous", () => RowRule.Checked<ValueTask>(_ => default));
    }

    [Fact]
    public void A_function_that_returns_the_reader_is_refused() => Contains("another row", () => RowRule.Checked(reader => reader));

    [Fact]
    public void Messages_refuse_them_too()
    {
        Assert.Throws<ArgumentException>(() => new Query<Task<int>>(Statement.Of("SELECT 1"), _ => Task.FromResult(1)));
        Assert.Throws<ArgumentException>(() => new Query<NpgsqlDataReader>(Statement.Of("SELECT 1"), reader => reader));
    }

    [Fact]
    public void Other_functions_are_taken()
    {
        Func<NpgsqlDataReader, object?> row = _ => null;
        Assert.Same(row, RowRule.Checked(row));
    }

    private static void Contains(string word, Func<object> check) => Assert.Contains(word, Assert.Throws<ArgumentException>(check).Message, StringComparison.Ordinal);
}

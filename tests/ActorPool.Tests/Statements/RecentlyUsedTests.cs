using ActorPool.Statements;

namespace ActorPool.Tests.Statements;

/// <summary>What is used stays, what is not is forgotten, and the memory is bounded.</summary>
public sealed class RecentlyUsedTests
{
    [Fact]
    public void A_value_is_found_again()
    {
        var recent = new RecentlyUsed<object>(StringComparer.Ordinal, 10, 1000);
        var value = new object();

        Assert.Null(recent.Find("a"));
        Assert.Same(value, recent.Add("a", value, 1));
        Assert.Same(value, recent.Find("a"));
        Assert.Same(value, recent.Add("a", new object(), 1));
    }

    [Fact]
    public void New_texts_without_end_do_not_push_out_one_that_is_used()
    {
        var recent = new RecentlyUsed<object>(StringComparer.Ordinal, 10, 1000);
        var used = recent.Add("used", new object(), 4);
        for (var i = 0; i < 1000; i++)
        {
            recent.Add($"{i}", new object(), 3);
            Assert.Same(used, recent.Find("used"));
            Assert.InRange(recent.Count, 1, 24);
        }

        Assert.Null(recent.Find("1"));
    }

    [Fact]
    public void Long_texts_fill_it_sooner()
    {
        var recent = new RecentlyUsed<object>(StringComparer.Ordinal, 1000, 1000);
        for (var i = 0; i < 100; i++)
            recent.Add($"{i}", new object(), 300);

        Assert.InRange(recent.Count, 1, 10);
    }

    [Fact]
    public void The_texts_of_a_program_that_writes_values_into_them_are_bounded()
    {
        for (var i = 0; i < 20_000; i++)
            Statement.Of(string.Concat("SELECT * FROM item WHERE id = ", i.ToString(System.Globalization.CultureInfo.InvariantCulture), new string(' ', 500)));

        // Two generations of a million characters.
        Assert.InRange(StatementText.Remembered, 1, 2 * 1024 * 1024 / 500);
    }
}

using System.Runtime.CompilerServices;
using ActorPool.Statements;

namespace ActorPool.Tests.Statements;

/// <summary>The same text is one object, found without composing it again.</summary>
public sealed class StatementPathTests
{
    [Fact]
    public void Calls_of_one_place_share_the_text_and_have_their_own_values()
    {
        var (first, second) = (Of(1), Of(2));

        Assert.Same(first.Text, second.Text);
        Assert.Same(first.Sql, second.Sql);
        Assert.Equal((1, 2), ((int)first.Parameters[0]!, (int)second.Parameters[0]!));

        static Statement Of(int id) => Statement.Of($"SELECT name FROM place_test WHERE id = {id}");
    }

    [Fact]
    public void Texts_with_the_same_beginning_are_different()
    {
        var texts = new[] { Statement.Of($"SELECT begin_test, {1}"), Statement.Of($"SELECT begin_test, {1} + 1"), Statement.Of($"SELECT begin_test, {1} + {2}"), Statement.Of($"SELECT begin_test, {1:int8}") };

        Assert.Equal(["SELECT begin_test, $1", "SELECT begin_test, $1 + 1", "SELECT begin_test, $1 + $2", "SELECT begin_test, $1"], texts.Select(text => text.Sql));
        Assert.Same(texts[0].Text, texts[3].Text);
        Assert.Same(texts[0].Text, Statement.Of("SELECT begin_test, $1", 1).Text);
    }

    [Fact]
    public void A_format_is_no_literal()
    {
        var path = StatementPath.Of("SELECT format_test");

        Assert.NotSame(path.Hole("int4"), path.Literal("int4"));
        Assert.Same(path.Hole("int4"), path.Hole("int4"));
        Assert.NotSame(path.Hole("int4"), path.Hole(null));
    }

    [Fact]
    public void Many_continuations_of_one_text_are_right_and_not_all_remembered()
    {
        var path = StatementPath.Of("SELECT many_test, ");
        var texts = Enumerable.Range(0, 200).Select(i => path.Literal($"{i}").Text.Sql).ToList();

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"SELECT many_test, {i}"), texts);
        Assert.InRange(Enumerable.Range(0, 200).Count(i => !ReferenceEquals(path.Literal(string.Intern($"{i}x")), path.Literal(string.Intern($"{i}x")))), 100, 200);
    }

    [Fact]
    public void Many_threads_find_the_same_text()
    {
        var texts = new StatementText[64];
        Parallel.For(0, texts.Length, i => texts[i] = Statement.Of($"SELECT thread_test, {i}").Text);

        Assert.All(texts, text => Assert.Same(texts[0], text));
    }

    [Fact]
    public void A_statement_with_one_number_costs_little_memory()
    {
        for (var i = 0; i < 1000; i++)
            Make(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Make(i);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 1, 150);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Statement Make(int id) => Statement.Of($"SELECT name, total FROM memory_test WHERE id = {id} AND NOT deleted");
}

using ActorPool.Core.Statements;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Statements;

public sealed class TextPacesTests
{
    private readonly TextPaces _paces = new((TestSettings.Of(1, 1) with { Pipeline = new PipelineSettings { SlowAfter = TimeSpan.FromMilliseconds(10) } }).ToPolicy());

    [Fact]
    public void A_text_is_unknown_until_it_has_run()
    {
        Assert.Equal(Pace.Unknown, PaceOf("a"));
        Learn("a", milliseconds: 1);
        Assert.Equal((Pace.Fast, Pace.Unknown), (PaceOf("a"), PaceOf("b")));
    }

    [Fact]
    public void A_statement_that_takes_longer_than_slow_after_is_slow()
    {
        Learn("as long as that", milliseconds: 10);
        Learn("longer", milliseconds: 11);
        Assert.Equal((Pace.Fast, Pace.Slow), (PaceOf("as long as that"), PaceOf("longer")));
    }

    [Fact]
    public void A_result_of_many_rows_is_slow()
    {
        Learn("a thousand", rows: 1000);
        Learn("more", rows: 1001);
        Assert.Equal((Pace.Fast, Pace.Slow), (PaceOf("a thousand"), PaceOf("more")));
    }

    [Fact]
    public void A_large_result_is_slow()
    {
        Learn("64 KiB", bytes: 64 * 1024);
        Learn("more", bytes: (64 * 1024) + 1);
        Assert.Equal((Pace.Fast, Pace.Slow), (PaceOf("64 KiB"), PaceOf("more")));
    }

    [Fact]
    public void A_single_late_answer_does_not_make_a_fast_statement_slow()
    {
        Learn("a", milliseconds: 1);
        Learn("a", milliseconds: 70);
        Assert.Equal(Pace.Fast, PaceOf("a"));
    }

    [Fact]
    public void The_pace_follows_a_lasting_change_within_some_tens_of_runs()
    {
        Learn("a", milliseconds: 50);
        for (var runs = 0; runs < 30; runs++)
            Learn("a", milliseconds: 1);
        Assert.Equal(Pace.Fast, PaceOf("a"));
        for (var runs = 0; runs < 30; runs++)
            Learn("a", milliseconds: 50);
        Assert.Equal(Pace.Slow, PaceOf("a"));
    }

    [Fact]
    public void Equal_texts_of_two_identities_are_two_texts()
    {
        Learn(new string("SELECT 1"), milliseconds: 1);
        Assert.Equal(Pace.Unknown, PaceOf(new string("SELECT 1".AsSpan())));
    }

    [Fact]
    public void Of_more_than_a_thousand_texts_the_least_recently_run_one_is_forgotten()
    {
        var texts = Enumerable.Range(0, TextPaces.MostTexts + 1).Select(number => (object)number).ToArray();
        foreach (var text in texts.SkipLast(1))
            Learn(text);
        Learn(texts[0]);
        Learn(texts[^1]);
        Assert.Equal((Pace.Fast, Pace.Unknown, Pace.Fast), (PaceOf(texts[0]), PaceOf(texts[1]), PaceOf(texts[^1])));
        Assert.Null(_paces.Violation());
    }

    private Pace PaceOf(object text) => _paces.PaceOf(new TestStatement("s", text));

    private void Learn(object text, int milliseconds = 0, int rows = 0, long bytes = 0) =>
        _paces.Learn(new TestStatement("s", text) { Took = TimeSpan.FromMilliseconds(milliseconds), RowsRead = rows, BytesRead = bytes });
}

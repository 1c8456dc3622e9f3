using ActorPool.Core.Waiting;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class StatementLanesTests
{
    private readonly Dictionary<object, Pace> _paces = [];
    private readonly StatementLanes _lanes;
    private int _added;

    public StatementLanesTests() => _lanes = new StatementLanes(maxBatch: 64, statement => _paces.GetValueOrDefault(statement.Text));

    [Fact]
    public void Fast_statements_come_first_and_unknown_ones_last()
    {
        Are(Pace.Fast, "f", "g");
        Add("u", "f", "v", "g");
        Assert.Equal("f2 g4 u1 v3", Take());
    }

    [Fact]
    public void Of_an_unknown_text_one_statement_stands_in_a_batch()
    {
        Add("u", "u", "v", "u");
        Assert.Equal("u1 v3", Take());
        Assert.Equal("u2", Take());
    }

    [Fact]
    public void A_slow_statement_is_alone()
    {
        Are(Pace.Fast, "f");
        Are(Pace.Slow, "s");
        Add("f", "s", "s", "f");
        Assert.Equal("f1 f4", Take());
        Assert.Equal("s2", Take());
        Assert.Equal("s3", Take());
    }

    [Fact]
    public void The_oldest_statement_decides_whether_a_slow_one_is_next()
    {
        Are(Pace.Fast, "f");
        Are(Pace.Slow, "s");
        Add("s", "f");
        Assert.Equal("s1", Take());
    }

    [Fact]
    public void While_no_slow_one_may_run_the_others_pass_it()
    {
        Are(Pace.Fast, "f");
        Are(Pace.Slow, "s");
        Add("s", "f");
        Assert.Equal("f2", Take(isSlowAllowed: false));
        Assert.Equal("", Take(isSlowAllowed: false));
        Assert.Null(_lanes.Oldest(isSlowAllowed: false));
    }

    [Fact]
    public void A_connection_takes_its_share_of_those_that_wait()
    {
        Are(Pace.Fast, "f");
        Add([.. Enumerable.Repeat("f", 10)]);
        Assert.Equal("f1 f2 f3 f4", Take(share: 3));
        Assert.Equal("f5 f6 f7", Take(share: 2));
        Assert.Equal("f8 f9 f10", Take(share: 1));
    }

    [Fact]
    public void A_batch_has_no_more_than_max_batch()
    {
        Are(Pace.Fast, "f");
        Add([.. Enumerable.Repeat("f", 100)]);
        Assert.Equal(64, Take().Split(' ').Length);
    }

    [Fact]
    public void The_parameters_of_a_batch_have_at_most_64_KiB_unless_it_is_one_statement()
    {
        Are(Pace.Fast, "f");
        Add("f", bytes: 40_000);
        Add("f", bytes: 25_536);
        Add("f", bytes: 1);
        Add("f", bytes: 100_000);
        Assert.Equal("f1 f2", Take());
        Assert.Equal("f3", Take());
        Assert.Equal("f4", Take());
    }

    [Fact]
    public void What_has_become_known_of_a_text_counts_for_those_that_wait()
    {
        Add("u", "v", "u", "v");
        Are(Pace.Fast, "u");
        Are(Pace.Slow, "v");
        Assert.Equal("u1 u3", Take());
        Assert.Equal("v2", Take());
        Assert.Equal("v4", Take());
    }

    [Fact]
    public void The_oldest_statement_is_told_with_what_is_known_by_then()
    {
        Add("u", "v");
        Are(Pace.Slow, "u");
        Assert.Equal("v", ((TestStatement)_lanes.Oldest(isSlowAllowed: false)!).Text);
        Assert.Equal("u", ((TestStatement)_lanes.Oldest(isSlowAllowed: true)!).Text);
        Assert.Null(_lanes.Violation());
    }

    [Fact]
    public void One_that_comes_back_has_the_rank_of_its_arrival()
    {
        Are(Pace.Fast, "f");
        Add("f", "f", "f", "f");
        var batch = new StatementBatch();
        _lanes.Take(batch, share: 2, isSlowAllowed: true);
        Add("f");
        foreach (ToldStatement statement in Enumerable.Reverse(batch.Statements))
            _lanes.Add(statement);
        Assert.Null(_lanes.Violation());
        Assert.Equal("f1 f2 f3 f4 f5", Take());
    }

    [Fact]
    public void Eight_statements_ask_for_one_connection_and_each_slow_one_for_its_own()
    {
        Are(Pace.Fast, "f");
        Are(Pace.Slow, "s");
        Assert.Equal(0, _lanes.Wanted(slowFree: 3));
        Add([.. Enumerable.Repeat("f", 8)]);
        Assert.Equal(1, _lanes.Wanted(slowFree: 3));
        Add("u", "s", "s");
        Assert.Equal((4, 3, 2), (_lanes.Wanted(slowFree: 3), _lanes.Wanted(slowFree: 1), _lanes.Wanted(slowFree: -1)));
    }

    [Fact]
    public void Ten_thousand_whose_text_turns_out_slow_go_to_their_lane_in_order()
    {
        Add([.. Enumerable.Repeat("u", 10_000)]);
        Are(Pace.Slow, "u");
        Add("u", "u");
        Assert.Equal("u1", Take());
        Assert.Null(_lanes.Violation());
        Assert.Equal(10_001, _lanes.Count);
    }

    private void Are(Pace pace, params string[] texts)
    {
        foreach (var text in texts)
            _paces[text] = pace;
    }

    private void Add(params string[] texts)
    {
        foreach (var text in texts)
            Add(text, bytes: 0);
    }

    private void Add(string text, int bytes)
    {
        var statement = new TestStatement($"{text}{++_added}", text, bytes: bytes) { Order = _added };
        statement.Pace = _paces.GetValueOrDefault(text);
        _lanes.Add(statement);
    }

    private string Take(int share = 1, bool isSlowAllowed = true)
    {
        var batch = new StatementBatch();
        Assert.Equal(_lanes.Take(batch, share, isSlowAllowed), batch.Statements.Count);
        return string.Join(" ", batch.Statements.Cast<TestStatement>().Select(statement => statement.Name));
    }
}

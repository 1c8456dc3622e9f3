using ActorPool.Core.Waiting;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class StatementQueueTests
{
    private readonly Dictionary<object, Pace> _paces = new() { ["fast"] = Pace.Fast, ["slow"] = Pace.Slow };
    private readonly StatementQueue _queue;
    private int _told;

    public StatementQueueTests() => _queue = new StatementQueue(maxBatch: 64, statement => _paces.GetValueOrDefault(statement.Text));

    [Fact]
    public void The_oldest_may_join_first_with_a_key_or_without()
    {
        Lane("fast");
        var keyed = Hold("fast");
        Assert.Equal(1, Assert.IsType<StatementTurn>(Join()).Order);
        Assert.Same(keyed, Join());
        Assert.Null(_queue.NextTurn(free: 9, slowFree: 9));
        Assert.Equal(2, _queue.Turns);
    }

    [Fact]
    public void None_joins_when_no_more_connections_may_run_statements()
    {
        Hold("fast");
        Assert.Null(_queue.NextTurn(free: 0, slowFree: 9));
    }

    [Fact]
    public void Statements_without_a_key_have_a_turn_for_each_eight_of_them()
    {
        for (var i = 0; i < 9; i++)
            Lane("fast");
        Assert.NotNull(Join());
        Assert.NotNull(Join());
        Assert.Null(_queue.NextTurn(free: 9, slowFree: 9));
    }

    [Fact]
    public void A_slow_statement_of_a_key_lets_others_pass_while_no_slow_one_may_run()
    {
        var (slow, fast) = (Hold("slow"), Hold("fast"));
        Assert.Same(fast, _queue.NextTurn(free: 9, slowFree: 0));
        Assert.Same(slow, Join());
        Assert.Equal(1, _queue.SlowTurns);
        _queue.Left(slow);
        Assert.Equal((0, 0), (_queue.Turns, _queue.SlowTurns));
    }

    [Fact]
    public void A_held_statement_whose_text_has_become_slow_waits_with_the_slow_ones()
    {
        var held = Hold("new");
        _paces["new"] = Pace.Slow;
        Assert.Null(_queue.NextTurn(free: 9, slowFree: 0));
        Assert.Equal(WaiterState.HeldSlow, held.State);
        Assert.Same(held, _queue.NextTurn(free: 9, slowFree: 1));
    }

    [Fact]
    public void Turns_are_stale_when_there_are_too_many()
    {
        Hold("fast");
        Join();
        Assert.False(_queue.IsStale(free: 0, slowFree: 1));
        Assert.True(_queue.IsStale(free: -1, slowFree: 1));
        Assert.True(_queue.IsStale(free: 0, slowFree: -1));
    }

    [Fact]
    public void Turns_are_stale_when_the_oldest_statement_without_a_key_is_another_one()
    {
        var first = Lane("fast");
        Lane("fast");
        Join();
        Assert.False(_queue.IsStale(free: 1, slowFree: 1));
        _queue.Lanes.Remove(first);
        Assert.True(_queue.IsStale(free: 1, slowFree: 1));
    }

    [Fact]
    public void Turns_are_stale_when_an_older_statement_waits_outside()
    {
        var older = New("fast");
        Hold("fast");
        Join();
        Assert.False(_queue.IsStale(free: 0, slowFree: 1));
        _queue.Hold(older);
        Assert.True(_queue.IsStale(free: 0, slowFree: 1));
    }

    [Fact]
    public void Turns_are_stale_when_the_text_of_one_has_become_slow()
    {
        Hold("new");
        Join();
        _paces["new"] = Pace.Slow;
        Assert.True(_queue.IsStale(free: 0, slowFree: 1));
    }

    [Fact]
    public void Turns_are_stale_when_statements_without_a_key_were_given_up()
    {
        var statements = Enumerable.Range(0, 9).Select(_ => Lane("fast")).ToArray();
        Join();
        Join();
        Assert.False(_queue.IsStale(free: 0, slowFree: 1));
        _queue.Lanes.Remove(statements[^1]);
        Assert.True(_queue.IsStale(free: 0, slowFree: 1));
    }

    private TestStatement New(string text) => new($"s{++_told}", text) { Order = _told };

    private TestStatement Hold(string text)
    {
        var statement = New(text);
        _queue.Hold(statement);
        return statement;
    }

    private TestStatement Lane(string text)
    {
        var statement = New(text);
        statement.Pace = _paces.GetValueOrDefault(text);
        _queue.Lanes.Add(statement);
        return statement;
    }

    private Waiter? Join()
    {
        var turn = _queue.NextTurn(free: 9, slowFree: 9 - _queue.SlowTurns);
        if (turn is not null)
            _queue.Joined(turn);
        Assert.Null(_queue.Violation());
        return turn;
    }
}

using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

/// <summary>No statement is lost, and none is called undone that may be done.</summary>
public sealed class StatementOutcomeTests
{
    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(2, 2));

    [Fact]
    public void One_that_did_not_run_is_run_on_another_connection()
    {
        var statement = _pool.Tell("a");
        _pool.BatchEnded(_pool.Ledger.Batches[0], ReturnCondition.Broken, _ => StatementEnd.NotRun);
        _pool.Finish();
        Assert.Equal((EffectKind.Run, 1L), (statement.Answer, _pool.Counts.StatementsRunAgain));
    }

    [Fact]
    public void One_that_must_run_again_runs_alone()
    {
        _pool.Learn("a", TimeSpan.FromMilliseconds(1));
        _pool.Tell("a");
        _pool.Tell(3, "a");
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        _pool.BatchEnded(_pool.Ledger.Batches[0], ReturnCondition.Clean, i => i == 1 ? StatementEnd.RunAgain : StatementEnd.NotRun);
        Assert.Equal(2, _pool.Ledger.Batches.Single().Statements.Length);
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        Assert.Single(_pool.Ledger.Batches.Single().Statements);
    }

    [Fact]
    public void The_batch_of_a_lost_connection_that_had_not_begun_it_is_queued_again()
    {
        var statement = _pool.Tell("a");
        _pool.Lost(_pool.Ledger.Batches[0].Slot);
        Assert.Equal(1, _pool.Counts.StatementsRunAgain);
        _pool.Finish();
        Assert.Equal(EffectKind.Run, statement.Answer);
    }

    [Fact]
    public void That_of_a_connection_that_had_begun_it_waits_for_its_report()
    {
        _pool.Tell("a");
        var batch = _pool.Ledger.Batches[0];
        _pool.Begins(batch);
        _pool.Lost(batch.Slot);
        Assert.Equal((0L, 1), (_pool.Counts.StatementsRunAgain, _pool.Counts.StatementsRunning));
        _pool.BatchEnded(batch, ReturnCondition.Broken, _ => StatementEnd.NotRun);
        Assert.Equal(1, _pool.Counts.StatementsRunAgain);
    }

    [Fact]
    public void A_connection_that_stops_while_it_is_closed_returns_the_batch_that_it_had_not_begun()
    {
        var statement = _pool.Tell("a");
        var slot = _pool.Ledger.Batches[0].Slot;
        _pool.HeadMoves(_pool.Ledger.Batches[0], 0);
        _pool.GiveUp(statement);
        _pool.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Physical.Closing, slot.State);
        _pool.Ledger.Batches[0].Batch.HasBegun = false;
        _pool.Lost(slot);
        Assert.Equal(0, _pool.Counts.StatementsRunning);
    }

    [Fact]
    public void A_batch_that_outlives_its_connection_keeps_its_key_until_it_is_reported()
    {
        _pool.Tell("a", "k");
        var batch = _pool.Ledger.Batches[0];
        _pool.Begins(batch);
        _pool.Lost(batch.Slot);
        _pool.Settle();
        _pool.Tell("b");
        var (statement, lease) = (_pool.Tell("a", "k"), _pool.Get("k"));
        _pool.Settle();
        Assert.Equal((true, true), (statement.IsWaiting, lease.IsWaiting));
        _pool.BatchEnded(batch, ReturnCondition.Broken, _ => StatementEnd.Answered);
        _pool.Finish();
        Assert.Equal((EffectKind.Run, EffectKind.Grant), (statement.Answer, lease.Answer));
    }

    [Fact]
    public void At_the_end_those_behind_such_a_batch_are_refused_too()
    {
        _pool.Tell("a", "k");
        var batch = _pool.Ledger.Batches[0];
        _pool.Begins(batch);
        _pool.Lost(batch.Slot);
        _pool.Settle();
        var waiting = _pool.Tell("a", "k");
        for (var i = 0; i < 3; i++)
            _pool.Tell(i);
        _pool.CloseAll();
        Assert.Equal(Refusal.Closed, waiting.Error);
    }

    [Fact]
    public void One_that_may_have_been_done_is_not_refused_as_undone()
    {
        var statement = _pool.Tell("a", timeout: TimeSpan.FromSeconds(1));
        _pool.Pause();
        _pool.BatchEnded(_pool.Ledger.Batches[0], ReturnCondition.Broken, _ => StatementEnd.Repeat);
        _pool.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((Refusal.Timeout, true), (statement.Error, statement.MayHaveRun));
        Assert.Equal(1, _pool.Counts.StatementsUnknown);
    }

    [Fact]
    public void A_stop_lets_what_runs_end_and_refuses_the_rest()
    {
        var (running, waiting) = (_pool.Tell("a"), _pool.Tell("a"));
        _pool.Stop(TimeSpan.FromSeconds(3));
        Assert.Equal(Refusal.Closed, waiting.Error);
        Assert.Equal(Refusal.Closed, _pool.Tell("a").Error);
        _pool.Finish();
        Assert.Equal((EffectKind.Run, true), (running.Answer, _pool.Ledger.AllClosed));
    }

    [Fact]
    public void What_did_not_run_while_the_pool_stops_is_refused()
    {
        var statement = _pool.Tell("a");
        _pool.Stop(TimeSpan.FromSeconds(3));
        _pool.BatchEnded(_pool.Ledger.Batches[0], ReturnCondition.Broken, _ => StatementEnd.NotRun);
        Assert.Equal((Refusal.Closed, false), (statement.Error, statement.MayHaveRun));
    }

    [Fact]
    public void What_has_no_report_when_the_last_connection_is_closed_has_an_unknown_outcome()
    {
        var statement = _pool.Tell("a");
        _pool.CloseAll();
        Assert.Null(statement.Answer);
        _pool.Settle();
        Assert.Equal((EffectKind.Unanswered, true), (statement.Answer, _pool.Ledger.AllClosed));
    }

    [Fact]
    public void A_batch_goes_on_over_a_crash_of_the_shell()
    {
        var (running, waiting) = (_pool.Tell("a", "k"), _pool.Tell("a", "k"));
        _pool.Crash();
        Assert.Equal((1, 1, 0), (_pool.Counts.Working, _pool.Counts.StatementsRunning, _pool.Counts.StatementsWaiting));
        Assert.True(waiting.Gone);
        var next = _pool.Tell("a", "k");
        _pool.Settle();
        Assert.True(next.IsWaiting);
        _pool.Finish();
        Assert.Equal((EffectKind.Run, EffectKind.Run), (running.Answer, next.Answer));
    }

    [Fact]
    public void The_batch_of_a_connection_that_was_closed_is_reported_after_a_crash_as_well()
    {
        var statement = _pool.Tell("a");
        var batch = _pool.Ledger.Batches[0];
        _pool.Begins(batch);
        _pool.Lost(batch.Slot);
        _pool.Crash();
        _pool.BatchEnded(batch, ReturnCondition.Broken, _ => StatementEnd.NotRun);
        _pool.Finish();
        Assert.Equal(EffectKind.Run, statement.Answer);
    }

    [Fact]
    public void A_second_report_of_a_batch_changes_nothing()
    {
        _pool.Tell("a");
        var slot = _pool.Ledger.Batches[0].Slot;
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        _pool.StaleReports(slot);
        Assert.Equal(2, _pool.Counts.Idle);
    }
}

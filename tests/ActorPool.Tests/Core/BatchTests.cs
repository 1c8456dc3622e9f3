using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

/// <summary>Which statements a connection runs together, and what becomes of those whose callers give up.</summary>
public sealed class BatchTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_statement_alone_runs_at_once_on_an_idle_connection()
    {
        var pool = Running(2);
        var statement = pool.Tell("a");
        Assert.Equal([EffectKind.Run], pool.Last.Select(effect => effect.Kind));
        Assert.Equal((1, 0, 1), (pool.Counts.Working, pool.Counts.StatementsWaiting, pool.Counts.StatementsRunning));
        pool.Finish();
        Assert.Equal((EffectKind.Run, 2), (statement.Answer, pool.Counts.Idle));
    }

    [Fact]
    public void What_waits_when_a_connection_becomes_free_is_its_batch()
    {
        var pool = Known(2);
        pool.Tell("a");
        var others = pool.Tell(20, "a");
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal(others, pool.Ledger.Batches.Single().Statements);
        pool.Finish();
        Assert.Equal(3, pool.Counts.Batches);
    }

    [Fact]
    public void No_statement_is_given_to_a_connection_that_works()
    {
        var pool = Known(4);
        pool.Tell(3, "a");
        Assert.Equal((2, 1), (pool.Ledger.Batches.Count, pool.Counts.StatementsWaiting));
        Assert.All(pool.Ledger.Batches, batch => Assert.Single(batch.Statements));
    }

    [Fact]
    public void Idle_connections_share_the_statements_that_wait()
    {
        var pool = Known(8);
        for (var i = 0; i < 8; i++)
            pool.Tell(1, "a");
        pool.Finish();
        pool.Pause();
        pool.Tell(10, "a");
        pool.Resume();
        // Two connections are enough for ten: each took its share of eight idle ones, and of those that were left.
        Assert.Equal(10, pool.Ledger.Batches.Sum(batch => batch.Statements.Length) + pool.Counts.StatementsWaiting);
        Assert.All(pool.Ledger.Batches, batch => Assert.InRange(batch.Statements.Length, 1, 4));
        Assert.Equal(4, pool.Counts.Working);
    }

    [Fact]
    public void With_max_batch_1_each_statement_has_its_own_round_trip()
    {
        var pool = Known(2, pipeline => pipeline with { MaxBatch = 1 });
        pool.Tell(5, "a");
        pool.Finish();
        Assert.Equal(6, pool.Counts.Batches);
    }

    [Fact]
    public void Half_of_the_connections_run_statements_and_at_least_one()
    {
        Assert.Equal(1, Busy(Running(1)));
        Assert.Equal(2, Busy(Running(5)));
        Assert.Equal(3, Busy(Running(5, pipeline => pipeline with { Connections = 3 })));
        Assert.Equal(2, Busy(Running(2, pipeline => pipeline with { Connections = 7 })));

        static int Busy(TestPool pool)
        {
            for (var i = 0; i < 20; i++)
                pool.Tell(new object());
            pool.Settle();
            return pool.Counts.Working;
        }
    }

    [Fact]
    public void Slow_statements_leave_one_connection_to_the_others()
    {
        var pool = Running(4);
        pool.Learn("slow", Slow);
        pool.Learn("fast", Fast);
        pool.Tell(3, "slow");
        Assert.Equal((1, 2), (pool.Counts.Working, pool.Counts.StatementsWaiting));
        Assert.True(pool.Ledger.Batches.Single().IsSlow);
        pool.Tell("fast");
        Assert.Equal(2, pool.Counts.Working);
    }

    [Fact]
    public void With_one_connection_for_statements_slow_ones_have_their_turns_too()
    {
        var pool = Running(2);
        pool.Learn("slow", Slow);
        var told = pool.Tell(3, "slow");
        pool.Finish();
        Assert.All(told, statement => Assert.Equal(EffectKind.Run, statement.Answer));
        Assert.Equal(4, pool.Counts.Batches);
    }

    [Fact]
    public void A_statement_that_was_given_up_is_not_run()
    {
        var pool = Known(2);
        pool.Tell("a");
        var (gone, other) = (pool.Tell("a"), pool.Tell("a"));
        pool.GiveUp(gone);
        pool.Tell("a", gone: true);
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal([other], pool.Ledger.Batches.Single().Statements);
        Assert.Equal(2, pool.Counts.Cancelled);
    }

    [Fact]
    public void The_statement_that_runs_is_cancelled_when_its_caller_gives_up()
    {
        var pool = Known(2);
        pool.Tell("a");
        var batch = pool.Ledger.Batches[0];
        pool.HeadMoves(batch, 0);
        pool.GiveUp(batch.Statements[0]);
        Assert.Equal((EffectKind.CancelStatement, 0), (pool.Last.Single().Kind, pool.Last.Single().Index));
    }

    [Fact]
    public void One_that_is_given_up_behind_another_is_cancelled_when_it_runs_and_not_before()
    {
        var pool = Known(2);
        var batch = BatchOf(pool, 3);
        pool.HeadMoves(batch, 0);
        pool.GiveUp(batch.Statements[1]);
        Assert.Empty(pool.Last);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.HeadMoves(batch, 1);
        pool.Pass(PoolState.LookAtBatchesEvery);
        Assert.Equal(1, batch.Cancelled);
        pool.HeadMoves(batch, 2);
        pool.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((1, SlotState.Working), (batch.Cancelled, batch.Slot.Slot.State));
    }

    [Fact]
    public void One_that_is_given_up_before_its_connection_sends_it_is_cancelled_when_it_runs()
    {
        var pool = Known(2);
        pool.Tell("a");
        var batch = pool.Ledger.Batches[0];
        pool.GiveUp(batch.Statements[0]);
        Assert.Empty(pool.Last);
        pool.Pass(TimeSpan.FromSeconds(5));
        pool.HeadMoves(batch, 0);
        pool.Pass(PoolState.LookAtBatchesEvery);
        Assert.Equal((0, SlotState.Working), (batch.Cancelled, batch.Slot.Slot.State));
    }

    [Fact]
    public void A_connection_that_does_not_obey_a_cancel_request_is_ended_after_two_seconds()
    {
        var pool = Known(2);
        pool.Tell("a");
        var batch = pool.Ledger.Batches[0];
        pool.HeadMoves(batch, 0);
        pool.GiveUp(batch.Statements[0]);
        pool.Pass(PoolState.CancelPatience - Fast);
        Assert.Equal(SlotState.Working, batch.Slot.Slot.State);
        pool.Pass(PoolState.LookAtBatchesEvery);
        Assert.Equal(SlotState.Closing, batch.Slot.Slot.State);
        Assert.Equal(1, pool.Counts.StatementsRunning);
    }

    [Fact]
    public void When_a_silent_connection_is_ended_another_one_runs_what_waits()
    {
        var pool = Known(2);
        var batch = BatchOf(pool, 2);
        pool.HeadMoves(batch, 0);
        pool.GiveUp(batch.Statements[0]);
        var waiting = pool.Tell("a");
        pool.PassAsleep(PoolState.CancelPatience + Fast);
        pool.GiveUp(batch.Statements[1]);
        Assert.Equal(SlotState.Closing, batch.Slot.Slot.State);
        Assert.Equal([waiting], pool.Ledger.Batches[^1].Statements);
    }

    [Fact]
    public void A_statement_whose_time_is_over_while_it_runs_is_late_and_not_refused()
    {
        var pool = Known(2);
        var statement = pool.Tell("a", timeout: TimeSpan.FromMilliseconds(50));
        pool.HeadMoves(pool.Ledger.Batches[0], 0);
        pool.Pass(TimeSpan.FromMilliseconds(60));
        Assert.Equal(EffectKind.Late, statement.Answer);
        Assert.Equal(0, pool.Ledger.Batches.Single().Cancelled);
    }

    [Fact]
    public void A_statement_whose_time_is_over_while_it_waits_is_refused()
    {
        var pool = Known(2);
        pool.Tell("a");
        var waiting = pool.Tell("a", timeout: TimeSpan.FromMilliseconds(50));
        pool.Pass(TimeSpan.FromMilliseconds(60));
        Assert.Equal((EffectKind.Refuse, Refusal.Timeout), (waiting.Answer, waiting.Error));
    }

    [Fact]
    public void The_next_batch_of_a_connection_has_all_of_its_statements()
    {
        var pool = Known(2);
        pool.Tell("a");
        var next = pool.Tell(3, "a");
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal(next, pool.Ledger.Batches[0].Batch.Statements);
    }

    private static BatchLedger BatchOf(TestPool pool, int count)
    {
        pool.Tell("a");
        pool.Tell(count, "a");
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal(count, pool.Ledger.Batches.Single().Statements.Length);
        return pool.Ledger.Batches.Single();
    }

    private static TestPool Running(int max, Func<PipelineSettings, PipelineSettings>? change = null)
    {
        var pipeline = new PipelineSettings();
        return TestPool.Running(TestSettings.Of(max, max) with { Pipeline = change?.Invoke(pipeline) ?? pipeline });
    }

    /// <summary>The text "a" is known to be fast.</summary>
    private static TestPool Known(int max, Func<PipelineSettings, PipelineSettings>? change = null)
    {
        var pool = Running(max, change);
        pool.Learn("a", Fast);
        return pool;
    }
}

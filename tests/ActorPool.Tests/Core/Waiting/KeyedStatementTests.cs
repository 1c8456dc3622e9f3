using ActorPool.Tests.Core.Support;
using Npgsql;

namespace ActorPool.Tests.Core.Waiting;

public sealed class KeyedStatementTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    private readonly TestPool _pool = Running(TestSettings.Of(4, 4));

    [Fact]
    public void Statements_of_a_key_run_in_order_on_one_session_adjacent_ones_together()
    {
        var first = _pool.Tell("a", "k");
        var slot = _pool.Ledger.Batches[0].Slot;
        var others = _pool.Tell(5, "a", "k");
        Assert.Equal((5, 3), (_pool.Counts.StatementsWaiting, _pool.Counts.Idle));
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        Assert.Equal(others, _pool.Ledger.Batches.Single().Statements);
        Assert.Same(slot, _pool.Ledger.Batches.Single().Slot);
        Assert.Equal(EffectKind.Run, first.Answer);
    }

    [Fact]
    public void Statements_wait_while_their_key_is_lent()
    {
        var lease = _pool.Borrow("k");
        var statement = _pool.Tell("a", "k");
        Assert.True(statement.IsWaiting);
        _pool.Put(lease);
        Assert.Same(lease.Slot, _pool.Ledger.Batches.Single().Slot.Slot);
    }

    [Fact]
    public void A_lease_of_a_key_waits_while_its_statements_run()
    {
        _pool.Tell("a", "k");
        var (lease, other) = (_pool.Get("k"), _pool.Get("other"));
        Assert.Equal((true, EffectKind.Grant), (lease.IsWaiting, other.Answer));
        _pool.Finish();
        Assert.Equal(EffectKind.Grant, lease.Answer);
    }

    [Fact]
    public void Leases_and_statements_of_a_key_take_turns_in_the_order_of_arrival()
    {
        var first = _pool.Borrow("k");
        var (one, joins, two) = (_pool.Tell("a", "k"), _pool.Get("k"), _pool.Tell("a", "k"));
        _pool.Put(first);
        Assert.Equal([one], _pool.Ledger.Batches.Single().Statements);
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        Assert.Equal(EffectKind.Grant, joins.Answer);
        Assert.True(two.IsWaiting);
        _pool.Put(joins);
        Assert.Equal([two], _pool.Ledger.Batches.Single().Statements);
    }

    [Fact]
    public void A_statement_without_a_key_does_not_stand_in_the_batch_of_a_key()
    {
        var pool = Running(TestSettings.Of(1, 1));
        pool.Tell("a");
        var (keyed, unkeyed) = (pool.Tell("a", "k"), pool.Tell("a"));
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal([keyed], pool.Ledger.Batches.Single().Statements);
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal([unkeyed], pool.Ledger.Batches.Single().Statements);
    }

    [Fact]
    public void An_unknown_text_ends_the_batch_of_a_key_and_a_slow_one_is_alone()
    {
        _pool.Learn("slow", Slow);
        _pool.Tell("a", "k");
        TestStatement[] told = [_pool.Tell("a", "k"), _pool.Tell("new", "k"), _pool.Tell("a", "k"), _pool.Tell("slow", "k"), _pool.Tell("a", "k")];
        Assert.Equal("2 1 1 1", string.Join(" ", Enumerable.Range(0, 4).Select(_ => NextBatch())));
        _pool.Finish();
        Assert.All(told, statement => Assert.Equal(EffectKind.Run, statement.Answer));

        int NextBatch()
        {
            _pool.BatchEnded(_pool.Ledger.Batches.Single(), Fast);
            return _pool.Ledger.Batches.Single().Statements.Length;
        }
    }

    [Fact]
    public void A_text_that_became_slow_while_its_statement_waited_is_alone()
    {
        _pool.Tell("a", "k");
        var waiting = _pool.Tell(2, "new", "k");
        _pool.Learn("new", Slow);
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        Assert.Equal([waiting[0]], _pool.Ledger.Batches.Single().Statements);
        Assert.True(_pool.Ledger.Batches.Single().Batch.IsSlow);
    }

    [Fact]
    public void Statements_that_did_not_run_stand_in_front_of_the_later_ones_of_their_key()
    {
        _pool.Tell("a", "k");
        var told = _pool.Tell(3, "a", "k");
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        var later = _pool.Tell("a", "k");
        _pool.BatchEnded(_pool.Ledger.Batches[0], ReturnCondition.Broken, i => i == 0 ? StatementEnd.Answered : StatementEnd.NotRun);
        _pool.Settle();
        Assert.Equal([told[1], told[2], later], _pool.Ledger.Batches.Single().Statements);
    }

    [Fact]
    public void More_keys_than_connections_for_statements_wait_for_their_turn_in_order()
    {
        var told = Enumerable.Range(0, 5).Select(key => _pool.Tell("a", key)).ToArray();
        Assert.Equal((2, 2), (_pool.Counts.Working, _pool.Counts.Idle));
        Assert.Equal(EffectKind.Grant, _pool.Get("lease").Answer);
        _pool.BatchEnded(_pool.Ledger.Batches[0]);
        Assert.Contains(_pool.Ledger.Batches, batch => batch.Statements.Contains(told[2]));
        Assert.True(told[3].IsWaiting);
    }

    [Fact]
    public void The_hook_initializes_the_session_before_the_first_statement_of_a_key()
    {
        var pool = Running(TestSettings.Of(2, 2) with { InitializeSession = (NpgsqlConnection _, object _, CancellationToken _) => Task.CompletedTask });
        pool.Tell("a", "k");
        Assert.Equal(ConnectionWork.Initialize, pool.Last.Single().Work);
        pool.Settle();
        Assert.Single(pool.Ledger.Batches);
        pool.Finish();
        pool.Tell("a", "k");
        Assert.Equal(EffectKind.Run, pool.Last.Single().Kind);
    }

    [Fact]
    public void A_session_that_was_initialized_when_no_more_connection_may_run_statements_keeps_for_its_key()
    {
        var pool = Running(TestSettings.Of(3, 3) with { Pipeline = new PipelineSettings { Connections = 1 }, InitializeSession = (NpgsqlConnection _, object _, CancellationToken _) => Task.CompletedTask });
        var lease = pool.Get("k");
        var initializing = pool.Busy(Physical.Working).Single();
        pool.Tell("a");
        var statement = pool.Tell("a", "k");
        pool.Cancel(lease);
        pool.WorkDone(initializing);
        Assert.Equal((1, true), (pool.Counts.Working, statement.IsWaiting));
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Same(initializing, pool.Ledger.Batches.Single().Slot);
    }

    [Fact]
    public void A_session_changes_from_a_key_to_statements_without_one_through_a_reset()
    {
        var pool = Running(TestSettings.Of(1, 1) with { DiscardOnKeyChange = true });
        pool.Tell("a", "k");
        pool.Finish();
        pool.Tell("a");
        Assert.Equal(ConnectionWork.FullReset, pool.Last.Single().Work);
    }

    private static TestPool Running(PoolSettings settings)
    {
        var pool = TestPool.Running(settings);
        pool.Learn("a", Fast);
        return pool;
    }
}

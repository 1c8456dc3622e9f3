using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

/// <summary>Leases and statements have one order of arrival.</summary>
public sealed class StatementFairnessTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_freed_connection_goes_to_the_older_of_a_lease_and_a_statement()
    {
        var pool = Known(1);
        var held = pool.Borrow();
        var (lease, statement, later) = (pool.Get(), pool.Tell("a"), pool.Get());
        pool.Put(held);
        Assert.Equal(EffectKind.Grant, lease.Answer);
        pool.Put(lease);
        Assert.Equal([statement], pool.Ledger.Batches.Single().Statements);
        pool.Finish();
        Assert.Equal(EffectKind.Grant, later.Answer);
    }

    [Fact]
    public void A_flood_of_statements_keeps_a_lease_for_one_batch()
    {
        var pool = Known(1, maxBatch: 4);
        pool.Tell("a");
        pool.Tell(3, "a");
        var lease = pool.Get();
        pool.Tell(100, "a");
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.True(lease.IsWaiting);
        // The batch took one that came after the lease; the next ones are all younger.
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal(EffectKind.Grant, lease.Answer);
    }

    [Fact]
    public void A_queue_of_leases_does_not_starve_statements()
    {
        var pool = Known(1);
        var held = pool.Borrow();
        var statement = pool.Tell("a");
        var leases = Enumerable.Range(0, 10).Select(_ => pool.Get()).ToArray();
        pool.Put(held);
        Assert.False(statement.IsWaiting);
        Assert.All(leases, lease => Assert.True(lease.IsWaiting));
    }

    [Fact]
    public void While_as_many_connections_run_statements_as_may_leases_pass_them()
    {
        var pool = Known(2);
        pool.Tell("a");
        var statement = pool.Tell("a");
        var lease = pool.Get();
        Assert.Equal((true, EffectKind.Grant), (statement.IsWaiting, lease.Answer));
    }

    [Fact]
    public void A_statement_that_comes_back_has_the_rank_of_its_arrival()
    {
        var pool = Known(1);
        var statement = pool.Tell("a");
        var lease = pool.Get();
        pool.BatchEnded(pool.Ledger.Batches[0], ReturnCondition.Clean, _ => StatementEnd.NotRun);
        Assert.Equal([statement], pool.Ledger.Batches.Single().Statements);
        Assert.True(lease.IsWaiting);
    }

    [Fact]
    public void When_the_oldest_statement_is_given_up_the_next_one_has_its_own_rank()
    {
        var pool = Known(1);
        var held = pool.Borrow();
        var (first, lease, second) = (pool.Tell("a"), pool.Get(), pool.Tell("a"));
        pool.GiveUp(first);
        pool.Put(held);
        Assert.Equal((EffectKind.Grant, true), (lease.Answer, second.IsWaiting));
    }

    [Fact]
    public void Statements_open_a_connection_for_each_eight_of_them_up_to_those_for_statements()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 8) with { MaxConcurrentOpens = 8 });
        pool.Tell(8, "a");
        Assert.Equal(1, pool.Counts.Opening);
        pool.Tell("a");
        Assert.Equal(2, pool.Counts.Opening);
        pool.Tell(1000, "a");
        Assert.Equal(4, pool.Counts.Opening);
    }

    [Fact]
    public void After_a_resize_no_more_connections_than_half_of_the_new_maximum_begin_a_batch()
    {
        var pool = TestPool.Running(TestSettings.Of(8, 8));
        var held = Enumerable.Range(0, 8).Select(_ => pool.Borrow()).ToArray();
        for (var i = 0; i < 40; i++)
            pool.Tell(i);
        pool.Resize(2, 2);
        foreach (var lease in held)
            pool.Put(lease);
        Assert.Equal(1, pool.Counts.Working);
    }

    [Fact]
    public void A_connection_for_which_statements_wait_is_not_closed_as_surplus()
    {
        var pool = Known(2, settings => settings with { MinConnections = 0, IdleTimeout = TimeSpan.Zero });
        pool.Tell("a");
        pool.Settle();
        pool.Tell(3, "a");
        var opened = pool.Counts.Opened;
        pool.BatchEnded(pool.Ledger.Batches[0]);
        Assert.Equal((1, opened), (pool.Counts.Working, pool.Counts.Opened));
    }

    [Fact]
    public void A_million_statements_at_once_are_refused_beyond_max_waiting()
    {
        var state = new PoolState(TestSettings.Of(1, 1).ToPolicy(), TimeSpan.Zero, new Random(1), _ => SocketState.Silent, _ => false);
        state.Start(TimeSpan.Zero);
        state.Opened(state.Slots[0], 1, TimeSpan.Zero);
        state.Effects.Clear();
        var refused = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            state.Tell(new TestStatement("s", "a"), TimeSpan.Zero);
            refused += state.Effects.Count(effect => effect is { Kind: EffectKind.Refuse, Refusal: Refusal.TooManyWaiting });
            state.Effects.Clear();
        }

        Assert.Equal((1, 10_000, 989_999), (state.Counts.StatementsRunning, state.Counts.StatementsWaiting, refused));
    }

    [Fact]
    public void Requests_and_statements_count_together_for_max_waiting()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxWaiting = 2 });
        pool.Borrow();
        pool.Get();
        pool.Tell("a");
        Assert.Equal((Refusal.TooManyWaiting, Refusal.TooManyWaiting), (pool.Get().Error, pool.Tell("a").Error));
    }

    private static TestPool Known(int max, int maxBatch = 64) => Known(max, settings => settings with { Pipeline = new PipelineSettings { MaxBatch = maxBatch } });

    private static TestPool Known(int max, Func<PoolSettings, PoolSettings> change)
    {
        var pool = TestPool.Running(change(TestSettings.Of(max, max)));
        pool.Learn("a", Fast);
        return pool;
    }
}

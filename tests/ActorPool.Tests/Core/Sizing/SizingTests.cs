using ActorPool.Tests.Core.Support;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.Sizing;

/// <summary>Resize, drain, pause and resume.</summary>
public sealed class SizingTests
{
    private static readonly PoolSettings TwoOfFour = TestSettings.Of(2, 4) with { AcquireTimeout = InfiniteTimeSpan };

    [Fact]
    public void A_larger_maximum_serves_waiting_requests()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Borrow();
        var waiter = pool.Get();

        pool.Resize(1, 3);
        pool.Settle();

        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_larger_minimum_is_filled()
    {
        var pool = TestPool.Running(TwoOfFour);

        pool.Resize(4, 4);
        pool.Settle();

        Assert.Equal(4, pool.Counts.Idle);
    }

    [Fact]
    public void A_smaller_maximum_closes_idle_ones_at_once_and_lent_ones_on_return()
    {
        var pool = TestPool.Running(TestSettings.Of(4, 4));
        TestWaiter[] leases = [pool.Borrow(), pool.Borrow(), pool.Borrow()];

        pool.Resize(1, 1);
        pool.Settle();
        Assert.Equal(3, pool.Counts.Open);
        foreach (var lease in leases)
            pool.Return(lease);

        Assert.Equal((1, 1), (pool.Counts.Open, pool.Counts.Idle));
        Assert.Equal(3, pool.Counts.ClosedSurplus);
    }

    [Fact]
    public void A_smaller_pool_refuses_no_wait_requests_whose_session_was_being_initialized()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { InitializeSession = (_, _, _) => Task.CompletedTask });
        pool.Borrow();
        var impatient = pool.Get("k", timeout: TimeSpan.Zero);
        pool.Opened(pool.Ledger.Slots[1]);

        pool.Resize(0, 1);
        pool.WorkDone(pool.Ledger.Slots[1]);

        Assert.Equal(Refusal.Exhausted, impatient.Error);
    }

    [Fact]
    public void A_smaller_pool_refuses_requests_that_do_not_wait()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        pool.Borrow();
        var impatient = pool.Get(timeout: TimeSpan.Zero);

        pool.Resize(0, 1);

        Assert.Equal(Refusal.Exhausted, impatient.Error);
    }

    [Fact]
    public void Trimming_follows_a_smaller_minimum()
    {
        var pool = TestPool.Running(TestSettings.Of(3, 3) with { IdleTimeout = TimeSpan.FromMinutes(1) });
        pool.Pass(TimeSpan.FromMinutes(2));

        pool.Resize(1, 3);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Settle();

        Assert.Equal(1, pool.Counts.Open);
    }

    [Fact]
    public void A_drain_replaces_idle_ones_at_once_and_lent_ones_when_they_come_back()
    {
        var pool = TestPool.Running(TwoOfFour);
        var lease = pool.Borrow();

        pool.Drain();
        pool.Settle();
        Assert.Equal((1, 1), (pool.Counts.InUse, pool.Counts.Idle));
        pool.Return(lease);

        Assert.Equal(2, pool.Counts.ClosedExpired);
        Assert.Equal(2, pool.Counts.Idle);
    }

    [Fact]
    public void A_connection_that_was_being_opened_when_the_pool_was_drained_is_replaced_as_well()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        var waiter = pool.Get();

        pool.Drain();
        pool.Opened(pool.Ledger.Slots[0]);
        Assert.True(waiter.IsWaiting);
        pool.Settle();

        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.Equal(2, pool.Ledger.Slots[0].Incarnation);
    }

    [Fact]
    public void While_paused_requests_wait_and_nothing_is_opened()
    {
        var pool = TestPool.Running(TwoOfFour);
        pool.Pause();

        TestWaiter[] waiters = [pool.Get(), pool.Get("a"), pool.Get()];
        Assert.All(waiters, waiter => Assert.True(waiter.IsWaiting));
        Assert.Equal((2, 0), (pool.Counts.Idle, pool.Counts.Opening));
        pool.Resume();
        pool.Settle();

        Assert.All(waiters, waiter => Assert.Equal(EffectKind.Grant, waiter.Answer));
    }

    [Fact]
    public void While_paused_time_outs_count()
    {
        var pool = TestPool.Running(TwoOfFour);
        pool.Pause();
        var waiter = pool.Get(timeout: TimeSpan.FromSeconds(1));

        pool.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal(Refusal.Timeout, waiter.Error);
    }

    [Fact]
    public void Everything_is_returned_when_nothing_is_lent_or_under_reset()
    {
        var pool = TestPool.Running(TwoOfFour);
        var lease = pool.Borrow();
        pool.Pause();
        Assert.False(pool.State.AllReturned);
        pool.Put(lease, ReturnCondition.InTransaction);
        Assert.False(pool.State.AllReturned);

        pool.Settle();

        Assert.True(pool.State.AllReturned);
    }

    [Fact]
    public void Tests_and_the_closing_of_idle_connections_are_not_waited_for()
    {
        var pool = TestPool.Running(TwoOfFour with { ValidateIdleEvery = TimeSpan.FromSeconds(30) });
        pool.Pass(TimeSpan.FromSeconds(30));
        pool.Pause();
        Assert.NotEqual(0, pool.Counts.Validating);
        Assert.True(pool.State.AllReturned);

        pool.Drain();
        pool.WorkFailed(pool.Busy(Physical.Working).First());

        Assert.NotEqual(0, pool.Counts.Closing);
        Assert.True(pool.State.AllReturned);
    }

    [Fact]
    public void The_end_of_a_lease_that_was_taken_back_by_force_is_waited_for()
    {
        var pool = TestPool.Running(TwoOfFour);
        var lease = pool.Borrow();
        pool.Pause();
        pool.Forgotten(lease);
        Assert.False(pool.State.AllReturned);

        pool.Settle();

        Assert.True(pool.State.AllReturned);
    }

    [Fact]
    public void A_session_made_ready_during_a_pause_is_not_lent_before_its_end()
    {
        var pool = TestPool.Running(TwoOfFour with { InitializeSession = (_, _, _) => Task.CompletedTask });
        var waiter = pool.Get("a");
        pool.Pause();
        pool.Settle();
        Assert.True(waiter.IsWaiting);

        pool.Resume();

        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.True(waiter.IsNewSession);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pause_waits_for_the_end_of_a_connection_that_came_back_in_a_transaction(bool close)
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxLifetime = TimeSpan.FromMinutes(1), LifetimeJitter = 0 });
        var lease = pool.Borrow();
        pool.Pause();
        if (!close)
            pool.PassAsleep(TimeSpan.FromMinutes(2));

        pool.Put(lease, ReturnCondition.InTransaction, close);

        Assert.False(pool.State.AllReturned);
        pool.Closed(pool.Ledger.Slots[0]);
        Assert.True(pool.State.AllReturned);
    }
}

using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class DemandTests
{
    [Fact]
    public void Fifty_callers_for_a_short_time_do_not_end_in_fifty_connections()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 50) with { MaxConcurrentOpens = 2 });
        var callers = Enumerable.Range(0, 50).Select(_ => pool.Get()).ToArray();
        Assert.Equal(2, pool.Counts.Opening);
        foreach (var caller in callers)
        {
            Assert.Equal(EffectKind.Grant, caller.Answer);
            pool.Put(caller);
        }

        pool.Settle();
        Assert.Equal(3, pool.Counts.Open);
    }

    [Fact]
    public void An_open_that_no_request_needs_is_not_started()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 5) with { MaxConcurrentOpens = 1 });
        pool.Get();
        var others = Enumerable.Range(0, 3).Select(_ => pool.Get()).ToArray();
        foreach (var other in others)
            pool.Cancel(other);
        pool.Settle();
        Assert.Equal(1, pool.Counts.Open);
    }

    [Fact]
    public void A_returned_connection_beats_a_half_open_one()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 2));
        var lease = pool.Borrow();
        var waiter = pool.Get();
        Assert.Equal(1, pool.Counts.Opening);
        pool.Put(lease);
        Assert.Same(lease.Slot, waiter.Slot);
    }

    [Fact]
    public void A_lost_connection_is_replaced_up_to_the_minimum()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 4));
        pool.Lost(pool.Ledger.Slots[0]);
        pool.Settle();
        Assert.Equal(2, pool.Counts.Idle);
    }

    [Fact]
    public void Without_keep_min_it_is_replaced_on_demand_only()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 4) with { KeepMin = false });
        pool.Lost(pool.Ledger.Slots[0]);
        pool.Settle();
        Assert.Equal(1, pool.Counts.Idle);
    }

    [Fact]
    public void A_request_beyond_max_waiting_is_refused_at_once()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxWaiting = 2 });
        pool.Borrow();
        pool.Get();
        pool.Get();
        Assert.Equal(Refusal.TooManyWaiting, pool.Get().Error);
    }

    [Fact]
    public void A_failed_round_trip_gives_its_place_to_the_next_candidate()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2) with { ValidateAfterIdle = TimeSpan.Zero });
        pool.PassAsleep(TimeSpan.FromSeconds(1));
        var waiter = pool.Get();
        pool.WorkFailed(pool.Busy(Physical.Working).Single());
        Assert.Equal(1, pool.Counts.Validating);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Theory]
    [InlineData(IdleOrder.Lifo)]
    [InlineData(IdleOrder.Fifo)]
    public void A_connection_that_was_validated_is_lent_before_another_is_validated(IdleOrder order)
    {
        var pool = TestPool.Running(TestSettings.Of(3, 3) with { ValidateAfterIdle = TimeSpan.Zero, IdleOrder = order });
        pool.PassAsleep(TimeSpan.FromSeconds(1));
        var waiter = pool.Get();
        var slot = pool.Busy(Physical.Working).Single();
        pool.PassAsleep(TimeSpan.FromMilliseconds(1));
        pool.WorkDone(slot);
        Assert.Same(slot.Slot, waiter.Slot);
        Assert.Equal(2, pool.Counts.Idle);
    }

    [Fact]
    public void A_million_keys_are_not_remembered()
    {
        var state = new PoolState(TestSettings.Of(1, 1).ToPolicy(), TimeSpan.Zero, new Random(1), _ => SocketState.Silent, _ => false);
        state.Start(TimeSpan.Zero);
        state.Opened(state.Slots[0], 1, TimeSpan.Zero);
        for (var key = 0; key < 1_000_000; key++)
        {
            state.Get(new TestWaiter("w", key) { Entry = state.Keys.Use(key) }, TimeSpan.Zero);
            state.Put(state.Slots[0], state.Slots[0].LeaseId, close: false, ReturnCondition.Clean, TimeSpan.Zero);
            state.Effects.Clear();
        }

        Assert.Equal(1_000_000, state.Counts.Granted);
        Assert.InRange(state.Keys.Count, 1, 10_000);
        Assert.Equal(state.Keys.Count, state.Keys.All.Count());
    }
}

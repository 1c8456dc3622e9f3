using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

public sealed class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Idle_ones_beyond_the_minimum_are_closed_oldest_first()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 3) with { IdleTimeout = 10 * Second });
        var all = Enumerable.Range(0, 3).Select(_ => pool.Borrow()).ToArray();
        foreach (var lease in all)
        {
            pool.Return(lease);
            pool.Pass(Second);
        }

        pool.Pass(7 * Second);
        Assert.Equal([all[0].Slot!], Closing());
        pool.Pass(60 * Second);
        Assert.Equal([all[0].Slot!, all[1].Slot!], Closing());

        IEnumerable<Slot> Closing() => pool.Ledger.Slots.Where(slot => slot.State == Physical.Closing).Select(slot => slot.Slot).OrderBy(slot => Array.FindIndex(all, lease => lease.Slot == slot));
    }

    [Fact]
    public void A_connection_that_becomes_surplus_later_is_closed_at_its_own_time()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 2) with { IdleTimeout = 10 * Second });
        var (one, two) = (pool.Borrow(), pool.Borrow());
        pool.Return(one);
        pool.Pass(9 * Second);
        pool.Return(two);
        pool.Pass(Second);
        Assert.Equal(SlotState.Closing, one.Slot!.State);
        Assert.Equal(SlotState.Idle, two.Slot!.State);
    }

    [Fact]
    public void A_borrowed_one_past_its_lifetime_is_replaced_when_it_comes_back()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxLifetime = Second, LifetimeJitter = 0 });
        var lease = pool.Borrow();
        pool.Pass(2 * Second);
        Assert.Equal(1, pool.Counts.InUse);
        pool.Put(lease);
        Assert.Equal(1, pool.Counts.Closing);
        pool.Settle();
        Assert.Equal(1, pool.Counts.Idle);
    }

    [Fact]
    public void Lifetimes_differ_by_their_jitter()
    {
        var pool = TestPool.Running(TestSettings.Of(20, 20) with { MaxLifetime = 100 * Second, LifetimeJitter = 0.5 });
        var ends = pool.State.Slots.Select(slot => slot.Connection!.ExpiresAt - pool.Now).ToArray();
        Assert.All(ends, end => Assert.InRange(end, 50 * Second, 100 * Second));
        Assert.True(ends.Max() - ends.Min() > 10 * Second);
    }

    [Fact]
    public void A_lease_held_for_too_long_is_taken_back_and_its_connection_discarded()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxHoldTime = Second });
        var lease = pool.Borrow();
        var waiter = pool.Get();
        pool.Pass(Second);
        Assert.Equal(1, pool.Counts.EndedByForce);
        Assert.False(pool.Put(lease));
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_leak_is_reported_once_for_a_lease()
    {
        var warnings = 0;
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { LeakWarningAfter = Second });
        for (var leases = 0; leases < 2; leases++)
        {
            var lease = pool.Borrow();
            for (var i = 0; i < 5; i++)
            {
                pool.PassAsleep(Second);
                pool.Sweep();
                warnings += pool.Last.Count(effect => effect.Kind == EffectKind.LeakWarning);
            }

            pool.Return(lease);
        }

        Assert.Equal(2, warnings);
    }

    [Fact]
    public void An_idle_pool_looks_at_its_sockets_once_a_second_and_does_nothing_else()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 4));
        pool.Return(pool.Borrow("a"));
        pool.Pass(Second);
        pool.Sweep();
        Assert.Empty(pool.Last);
        Assert.InRange(pool.State.WakeAt - pool.Now, TimeSpan.FromMilliseconds(500), Second);
    }

    [Fact]
    public void An_idle_pool_that_sees_no_sockets_sleeps_for_ever()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 4));
        pool.IsBlind = true;
        pool.Return(pool.Borrow("a"));
        pool.Pass(2 * Second);
        Assert.Equal(TimeSpan.MaxValue, pool.State.WakeAt);
    }

    [Fact]
    public void Many_deadlines_at_once_are_served_in_portions()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var state = pool.State;
        pool.Borrow();
        for (var i = 0; i < 2_500; i++)
            state.Get(new TestWaiter("w", null, Second), pool.Now);
        var now = pool.Now + 2 * Second;
        for (var left = 2_500; left > 0; left -= 1_000)
        {
            Assert.True(state.WakeAt <= now);
            state.Sweep(now);
            Assert.Equal(Math.Min(left, 1_000), state.Effects.Count);
            state.Effects.Clear();
        }

        Assert.Equal(TimeSpan.MaxValue, state.WakeAt);
    }
}

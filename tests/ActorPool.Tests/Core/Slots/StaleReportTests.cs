using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Slots;

public sealed class StaleReportTests
{
    [Fact]
    public void A_put_of_an_earlier_lease_changes_nothing()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var first = pool.Borrow();
        pool.Return(first);
        var second = pool.Borrow();
        Assert.False(pool.Put(first));
        Assert.True(pool.Put(second));
        Assert.False(pool.Put(second));
    }

    [Fact]
    public void Reports_that_come_too_late_change_nothing_in_any_state()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        var waiter = pool.Get();
        var slot = pool.Ledger.Slots[0];
        pool.StaleReports(slot);
        pool.Opened(slot);
        pool.StaleReports(slot);
        pool.Put(waiter, ReturnCondition.InTransaction);
        pool.StaleReports(slot);
        pool.WorkDone(slot);
        pool.StaleReports(slot);
        pool.Lost(slot);
        pool.StaleReports(slot);
        pool.Closed(slot);
        pool.StaleReports(slot);
        Assert.Equal(SlotState.Free, slot.Slot.State);
    }

    [Theory]
    [InlineData(Physical.Opening)]
    [InlineData(Physical.Open)]
    [InlineData(Physical.Working)]
    [InlineData(Physical.Closing)]
    internal void A_crash_of_the_driver_frees_the_place_in_any_state(Physical state)
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        var waiter = pool.Get();
        var slot = pool.Ledger.Slots[0];
        if (state != Physical.Opening)
            pool.Opened(slot);
        if (state == Physical.Working)
            pool.Put(waiter, ReturnCondition.InTransaction);
        if (state == Physical.Closing)
            pool.Put(waiter, ReturnCondition.Unusable);
        Assert.Equal(state, slot.State);
        pool.Lost(slot);
        pool.Closed(slot);
        pool.Settle();
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Settle();
        Assert.Equal(0, pool.Counts.Waiting);
        Assert.Equal(0, pool.Counts.Closing);
    }
}

using ActorPool.Core.Slots;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class NoWaitTests
{
    [Fact]
    public void Exhausted_is_said_only_when_all_are_lent()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 2));
        pool.Borrow();
        Assert.True(pool.Get().IsWaiting);
        pool.Settle();
        Assert.Equal(Refusal.Exhausted, pool.Get().Error);
        Assert.Equal(1, pool.Counts.Exhausted);
    }

    [Fact]
    public void An_open_is_awaited()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 1));
        var waiter = pool.Get();
        Assert.True(waiter.IsWaiting);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_reset_is_awaited()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(1, 1));
        var first = pool.Borrow();
        pool.Put(first, ReturnCondition.InTransaction);
        var waiter = pool.Get();
        Assert.True(waiter.IsWaiting);
        pool.WorkDone(pool.Ledger.Slots[0]);
        Assert.Same(first.Slot, waiter.Slot);
    }

    [Fact]
    public void A_slow_reset_is_awaited_and_not_raced()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(1, 2));
        var first = pool.Borrow();
        pool.Put(first, ReturnCondition.InTransaction);
        var waiter = pool.Get();
        pool.Pass(Operations.SlowAfter);
        pool.Pass(Operations.SlowAfter);
        Assert.Equal(0, pool.Counts.Opening);
        pool.WorkDone(pool.Ledger.Slots[0]);
        Assert.Same(first.Slot, waiter.Slot);
        Assert.Equal(1, pool.Counts.Taken);
    }

    [Fact]
    public void A_close_is_awaited_and_the_place_filled_again()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 1));
        pool.Put(pool.Borrow());
        var waiter = pool.Get();
        Assert.True(waiter.IsWaiting);
        pool.Closed(pool.Ledger.Slots[0]);
        Assert.Equal(1, pool.Counts.Opening);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void Requests_that_await_work_alone_are_refused_when_everything_becomes_lent()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 1));
        var (first, second) = (pool.Get(), pool.Get());
        pool.Settle();
        Assert.Equal(EffectKind.Grant, first.Answer);
        Assert.Equal(Refusal.Exhausted, second.Error);
    }

    [Fact]
    public void Work_that_never_ends_is_awaited_for_the_connect_timeout()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 1));
        var waiter = pool.Get();
        pool.Pass(pool.Settings.ConnectTimeout - TimeSpan.FromMilliseconds(1));
        Assert.True(waiter.IsWaiting);
        pool.Pass(TimeSpan.FromMilliseconds(20));
        Assert.Equal(Refusal.Timeout, waiter.Error);
    }

    [Fact]
    public void A_connection_under_reset_keeps_its_place_in_the_order_of_return()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(2, 2));
        var (one, two) = (pool.Borrow(), pool.Borrow());
        pool.Put(one, ReturnCondition.InTransaction);
        pool.Put(two);
        pool.WorkDone(pool.Ledger.Slots[one.Slot!.Index]);
        Assert.Same(two.Slot, pool.Get().Slot);
        Assert.Same(one.Slot, pool.Get().Slot);
    }

    [Fact]
    public void A_connection_under_test_keeps_its_place_in_the_order_of_return()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(3, 3));
        var (one, two, three) = (pool.Borrow(), pool.Borrow(), pool.Borrow());
        pool.Put(one);
        pool.Pass(TimeSpan.FromMilliseconds(2));
        pool.Put(two);
        pool.Pass(TimeSpan.FromMilliseconds(2));
        pool.Put(three, ReturnCondition.Broken);
        Assert.Equal(2, pool.Counts.Validating);

        pool.WorkDone(pool.Ledger.Slots[one.Slot!.Index]);
        var waiter = pool.Get();

        Assert.True(waiter.IsWaiting);
        pool.WorkDone(pool.Ledger.Slots[two.Slot!.Index]);
        Assert.Same(two.Slot, waiter.Slot);
    }

    [Fact]
    public void With_two_requests_and_one_reset_the_idle_one_is_lent()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(2, 3));
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        var (first, second) = (pool.Get(), pool.Get());
        Assert.Equal(EffectKind.Grant, first.Answer);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, second.Answer);
        Assert.Equal(2, pool.Counts.Open);
    }

    [Fact]
    public void With_sticky_keys_a_connection_under_reset_is_lent_once()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 2) with { AcquireTimeout = TimeSpan.Zero });
        pool.Put(pool.Borrow("a"), ReturnCondition.InTransaction);
        pool.Get("b");
        pool.Settle();
        pool.Get("c");
        pool.Settle();
        Assert.Equal(2, pool.Counts.InUse);
        Assert.Equal(Refusal.Exhausted, pool.Get().Error);
    }
}

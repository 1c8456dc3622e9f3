using ActorPool.Core.Slots;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Keys;

public sealed class ConnectionForKeyTests
{
    [Fact]
    public void A_key_gets_its_own_idle_session_before_one_that_belongs_to_no_key()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 3));
        var (key, plain) = (pool.Borrow("a"), pool.Borrow());
        pool.Return(key);
        pool.Return(plain);
        Assert.Same(key.Slot, pool.Borrow("a").Slot);
    }

    [Fact]
    public void A_connection_that_belongs_to_no_key_comes_before_a_new_one()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 3));
        var (key, plain) = (pool.Borrow("a"), pool.Borrow());
        pool.Return(plain);
        pool.Return(key);
        Assert.Same(plain.Slot, pool.Borrow("b").Slot);
        Assert.Equal(2, pool.Counts.Open);
    }

    [Fact]
    public void A_new_connection_comes_before_the_session_of_another_key()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        pool.Return(pool.Borrow("a"));
        pool.Borrow("b");
        Assert.Equal(2, pool.Counts.Open);
    }

    [Fact]
    public void An_open_in_flight_comes_before_the_session_that_another_key_returns()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        var other = pool.Borrow("a");
        var waiter = pool.Get("b");
        pool.Put(other);
        Assert.Null(waiter.Answer);

        pool.Opened(pool.Busy(Physical.Opening).Single());

        Assert.NotSame(other.Slot, waiter.Slot);
        Assert.False(pool.Borrow("a").IsNewSession);
    }

    [Fact]
    public void The_session_of_another_key_comes_before_an_open_that_is_slow()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        var other = pool.Borrow("a");
        var waiter = pool.Get("b");
        pool.Put(other);

        pool.Pass(Operations.SlowAfter);

        Assert.Same(other.Slot, waiter.Slot);
    }

    [Fact]
    public void An_emptied_session_of_another_key_comes_before_an_open_in_flight()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { Reset = ResetMode.DiscardAll });
        var other = pool.Borrow("a");
        var waiter = pool.Get("b");
        pool.Put(other);

        pool.WorkDone(pool.Busy(Physical.Working).Single());

        Assert.Same(other.Slot, waiter.Slot);
    }

    [Fact]
    public void At_last_the_session_of_the_key_that_was_not_used_for_longest()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 3));
        var all = "abc".Select(key => pool.Borrow(key)).ToArray();
        foreach (var one in (int[])[1, 2, 0])
            pool.Return(all[one]);
        Assert.Same(all[1].Slot, pool.Borrow("d").Slot);
    }

    [Fact]
    public void A_queued_request_gets_its_keys_session_when_the_one_before_it_is_cancelled()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 3) with { ValidateAfterIdle = TimeSpan.FromSeconds(1) });
        var (key, plain) = (pool.Borrow("a"), pool.Borrow());
        pool.Return(plain);
        pool.PassAsleep(TimeSpan.FromSeconds(2));
        pool.Return(key);
        var (first, second) = (pool.Get(), pool.Get("a"));
        Assert.True(second.IsWaiting);
        pool.Cancel(first);
        Assert.Same(key.Slot, second.Slot);
    }

    [Fact]
    public void A_queued_request_gets_its_keys_session_when_the_one_before_it_took_another()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 3));
        var (other, own) = (pool.Borrow("b"), pool.Borrow("a"));
        pool.Return(other);
        pool.Return(own);
        pool.Get();
        Assert.Same(own.Slot, pool.Get("a").Slot);
    }

    [Theory]
    [InlineData(IdleOrder.Lifo, 2)]
    [InlineData(IdleOrder.Fifo, 0)]
    public void Without_a_key_the_idle_order_decides(IdleOrder order, int expected)
    {
        var pool = TestPool.Running(TestSettings.Of(3, 3) with { IdleOrder = order });
        var all = Enumerable.Range(0, 3).Select(_ => pool.Borrow()).ToArray();
        foreach (var one in all)
            pool.Return(one);
        Assert.Same(all[expected].Slot, pool.Borrow().Slot);
    }

    [Fact]
    public void While_held_a_key_has_no_session_of_its_own()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { KeyAffinity = KeyAffinity.WhileHeld });
        var (key, plain) = (pool.Borrow("a"), pool.Borrow());
        pool.Return(key);
        pool.Return(plain);
        Assert.Same(plain.Slot, pool.Borrow("a").Slot);
    }

    [Fact]
    public void A_session_that_changes_hands_is_reset_first()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true });
        pool.Return(pool.Borrow("a"));
        var other = pool.Get("b");
        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
        pool.Settle();
        Assert.True(other.IsNewSession);
        pool.Return(other);
        Assert.Equal(EffectKind.Grant, pool.Get("b").Answer);
    }

    [Fact]
    public void A_reset_that_goes_with_the_next_command_is_not_waited_for()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow("a"));
        var other = pool.Get("b");
        Assert.Equal(EffectKind.Grant, Assert.Single(pool.Last).Kind);
        Assert.True(other.IsNewSession);
        pool.Return(other);
        Assert.False(pool.Borrow("b").IsNewSession);
    }

    [Fact]
    public void A_reset_that_was_put_ahead_and_not_sent_is_made_when_the_connection_goes_idle()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow("a"));
        var unused = pool.Borrow("b");

        pool.Put(unused, ReturnCondition.ResetPending);

        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void A_prepended_reset_that_was_not_sent_goes_with_the_command_of_a_waiting_request()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow("a"));
        var unused = pool.Borrow("b");
        var waiter = pool.Get("c");

        pool.Put(unused, ReturnCondition.ResetPending);

        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.True(waiter.IsNewSession);
    }

    [Fact]
    public void A_reset_that_was_put_ahead_of_a_request_that_ended_is_made_at_once()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow("a"));

        pool.Get("b", gone: true);

        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void A_reset_for_another_key_is_a_round_trip_when_the_server_was_long_unheard()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, ValidateAfterIdle = TimeSpan.FromSeconds(1), PrependReset = true });
        pool.Return(pool.Borrow("a"));
        pool.PassAsleep(TimeSpan.FromSeconds(2));
        pool.Get("b");
        Assert.Equal(ConnectionWork.Validate | ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void A_reset_for_another_key_is_a_round_trip_when_the_socket_is_readable()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        var first = pool.Borrow("a");
        pool.Return(first);
        pool.Dies(pool.Ledger.Slots[0]);
        pool.Get("b");
        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void A_session_whose_next_user_gave_up_belongs_to_no_key()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow("a"));
        pool.Get("b", gone: true);
        Assert.True(pool.Borrow("a").IsNewSession);
    }

    [Fact]
    public void A_session_goes_from_one_unkeyed_use_to_the_next_without_a_reset()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true });
        pool.Return(pool.Borrow());
        Assert.Equal(EffectKind.Grant, pool.Get().Answer);
    }
}

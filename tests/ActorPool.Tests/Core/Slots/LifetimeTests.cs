using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Slots;

/// <summary>An expired connection is never lent, however late the sweep is that closes it.</summary>
public sealed class LifetimeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static PoolSettings Short => TestSettings.Of(1, 2) with { MaxLifetime = Minute, LifetimeJitter = 0 };

    [Fact]
    public void A_connection_that_expired_at_this_moment_is_replaced()
    {
        var pool = TestPool.Running(Short);
        pool.PassAsleep(Minute);

        var waiter = pool.Get();

        Assert.Null(waiter.Answer);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.Equal(1, pool.Counts.ClosedExpired);
    }

    [Fact]
    public void A_connection_that_has_a_moment_left_is_lent()
    {
        var pool = TestPool.Running(Short);
        pool.PassAsleep(Minute - TimeSpan.FromTicks(1));

        Assert.Equal(EffectKind.Grant, pool.Get().Answer);
    }

    [Fact]
    public void The_session_of_a_key_is_replaced_as_well()
    {
        var pool = TestPool.Running(Short);
        pool.Return(pool.Borrow("a"));
        pool.PassAsleep(Minute);

        Assert.True(pool.Borrow("a").IsNewSession);
        Assert.Equal(1, pool.Counts.ClosedExpired);
    }

    [Fact]
    public void The_session_of_another_key_is_not_taken_over_when_it_has_expired()
    {
        var pool = TestPool.Running(Short with { MaxConnections = 1 });
        pool.Return(pool.Borrow("a"));
        pool.PassAsleep(Minute);

        pool.Borrow("b");

        Assert.Equal(1, pool.Counts.ClosedExpired);
    }

    [Fact]
    public void All_that_have_expired_are_closed_before_one_is_lent()
    {
        var pool = TestPool.Running(Short with { MinConnections = 2 });
        pool.PassAsleep(Minute);

        pool.Get();

        Assert.Equal(2, pool.Last.Count(effect => effect.Kind == EffectKind.Close));
        pool.Settle();
        Assert.Equal(2, pool.Counts.Open);
    }

    [Fact]
    public void A_connection_that_expires_during_its_test_is_not_lent()
    {
        var pool = TestPool.Running(Short with { ValidateAfterIdle = TimeSpan.Zero });
        pool.PassAsleep(Minute - TimeSpan.FromSeconds(1));
        var waiter = pool.Get();
        var tested = pool.Busy(Physical.Working).Single();
        pool.PassAsleep(TimeSpan.FromSeconds(1));

        pool.WorkDone(tested);

        Assert.Null(waiter.Answer);
        Assert.Equal(Physical.Closing, tested.State);
    }

    [Fact]
    public void A_connection_that_expires_during_an_initialization_is_not_lent()
    {
        var pool = TestPool.Running(Short with { InitializeSession = (_, _, _) => Task.CompletedTask });
        var waiter = pool.Get("a");
        pool.PassAsleep(Minute);

        pool.WorkDone(pool.Busy(Physical.Working).Single());

        Assert.Null(waiter.Answer);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void An_expired_connection_in_use_is_joined_to_its_end_and_replaced_then()
    {
        var pool = TestPool.Running(Short);
        var lease = pool.Borrow("a");
        pool.PassAsleep(Minute);

        Assert.Equal(EffectKind.Join, pool.Get("a").Answer);
        pool.Return(lease);

        Assert.Equal(1, pool.Counts.ClosedExpired);
    }

    [Fact]
    public void A_reset_is_not_put_ahead_on_one_that_has_expired()
    {
        var pool = TestPool.Running(Short with { DiscardOnKeyChange = true, PrependReset = true });
        pool.Return(pool.Borrow());
        pool.PassAsleep(Minute);

        pool.Borrow("a");

        Assert.Equal(1, pool.Counts.ClosedExpired);
    }

    [Fact]
    public void A_connection_beyond_the_minimum_that_was_idle_for_too_long_is_not_lent()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { IdleTimeout = Minute });
        pool.Return(pool.Borrow());
        pool.PassAsleep(Minute);

        pool.Borrow();

        Assert.Equal(1, pool.Counts.ClosedIdle);
    }

    [Fact]
    public void An_expired_connection_behind_one_under_reset_is_not_lent()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 3) with { AcquireTimeout = TimeSpan.Zero, MaxLifetime = TimeSpan.FromMinutes(1), LifetimeJitter = 0 });
        var old = pool.Get();
        pool.Settle();
        pool.PassAsleep(TimeSpan.FromSeconds(30));
        var young = pool.Get();
        pool.Settle();
        pool.Return(old);
        pool.Put(young, ReturnCondition.InTransaction);
        pool.PassAsleep(TimeSpan.FromSeconds(30));

        var (first, second) = (pool.Get(), pool.Get());

        Assert.True(first.IsWaiting);
        Assert.True(second.IsWaiting);
        pool.Settle();
        Assert.NotSame(old.Slot, young.Slot);
        Assert.Equal(1, pool.Counts.ClosedExpired);
    }
}

using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

/// <summary>A new state on the slots of one whose driver crashed.</summary>
public sealed class CrashTests
{
    [Fact]
    public void Leases_go_on_and_can_be_returned()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        TestWaiter[] leases = [pool.Borrow(), pool.Borrow("key")];

        pool.Crash();

        Assert.Equal(2, pool.Counts.InUse);
        Assert.All(leases, lease => Assert.True(pool.Put(lease)));
        pool.Settle();
        Assert.Equal(2, pool.Counts.Idle);
    }

    [Fact]
    public void A_key_in_use_can_still_be_joined()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Borrow("key");

        pool.Crash();

        Assert.Equal(EffectKind.Join, pool.Get("key").Answer);
    }

    [Fact]
    public void Idle_connections_stay_after_a_reset_that_proves_them()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2) with { DiscardOnKeyChange = true });
        pool.Return(pool.Borrow("key"));

        pool.Crash();

        Assert.All(pool.Last, effect => Assert.Equal(ConnectionWork.FullReset, effect.Work));
        pool.Settle();
        Assert.Equal(2, pool.Counts.Idle);
        Assert.True(pool.Borrow("key").IsNewSession);
    }

    [Fact]
    public void Operations_in_flight_are_closed_and_started_again_after_a_crash()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 3));
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        pool.Get();
        pool.Get();

        pool.Crash();

        Assert.Equal(2, pool.Last.Count(effect => effect.Kind == EffectKind.Abort));
        pool.Settle();
        Assert.Equal(1, pool.Counts.Idle);
    }

    [Fact]
    public void The_death_of_a_borrower_from_before_ends_its_lease()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var borrower = new TestBorrower("alice");
        pool.Borrow(borrower: borrower);
        pool.Crash();

        pool.Dies(borrower);

        Assert.Equal(0, pool.Counts.InUse);
    }

    [Fact]
    public void Counters_go_on_from_where_they_were()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Return(pool.Borrow());
        var before = pool.Counts;

        pool.Crash();

        Assert.Equal((before.Granted, before.Opened), (pool.Counts.Granted, pool.Counts.Opened));
    }

    [Fact]
    public void A_pause_goes_on()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Pause();

        pool.Crash();

        Assert.True(pool.State.IsPaused);
    }
}

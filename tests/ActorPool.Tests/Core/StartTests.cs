using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

public sealed class StartTests
{
    [Fact]
    public void A_start_ends_when_the_minimum_is_open()
    {
        var pool = new TestPool(TestSettings.Of(2, 5));
        pool.Start();
        Assert.Equal(2, pool.Counts.Opening);
        pool.Opened(pool.Ledger.Slots[0]);
        Assert.Equal(PoolPhase.Starting, pool.State.Phase);
        pool.Opened(pool.Ledger.Slots[1]);
        Assert.True(pool.Ledger.Started);
    }

    [Fact]
    public void Without_a_minimum_it_ends_at_once()
    {
        var pool = new TestPool(TestSettings.Of(0, 5));
        pool.Start();
        Assert.True(pool.Ledger.Started);
        Assert.Equal(0, pool.Counts.Taken);
    }

    [Theory]
    [InlineData(ConnectFailure.Other)]
    [InlineData(ConnectFailure.Permanent)]
    internal void An_error_that_does_not_pass_fails_it_after_closing_what_was_opened(ConnectFailure failure)
    {
        var pool = new TestPool(TestSettings.Of(3, 3) with { MaxConcurrentOpens = 3 });
        pool.Start();
        pool.Opened(pool.Ledger.Slots[0]);
        pool.OpenFailed(pool.Ledger.Slots[1], failure);
        Assert.False(pool.Ledger.StartFailed);
        Assert.Equal(2, pool.Counts.Closing);
        pool.Settle();
        Assert.True(pool.Ledger.StartFailed);
        Assert.True(pool.State.IsEmpty);
    }

    [Theory]
    [InlineData(ConnectFailure.Passing, 15, 25)]
    [InlineData(ConnectFailure.StartingUp, 50, 80)]
    internal void A_passing_error_is_retried_within_the_acquire_timeout(ConnectFailure failure, int least, int most)
    {
        var pool = new TestPool(TestSettings.Of(1, 1) with { AcquireTimeout = TimeSpan.FromSeconds(15) });
        pool.Start();
        var begin = pool.Now;
        var attempts = 0;
        for (; !pool.Ledger.StartFailed && attempts < 1000; attempts++)
        {
            pool.OpenFailed(pool.Ledger.Slots[0], failure);
            for (var i = 0; i < 200 && pool.Counts.Opening == 0; i++)
                pool.Pass(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(attempts, least, most);
        Assert.True(pool.Ledger.StartFailed);
        Assert.InRange(pool.Now - begin, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(17.1));
    }

    [Fact]
    public void A_passing_error_that_passes_lets_the_start_succeed()
    {
        var pool = new TestPool(TestSettings.Of(1, 1));
        pool.Start();
        pool.OpenFailed(pool.Ledger.Slots[0], ConnectFailure.Passing);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Settle();
        Assert.True(pool.Ledger.Started);
    }

    [Fact]
    public void Requests_that_come_before_its_end_are_served_after_it()
    {
        var pool = new TestPool(TestSettings.Of(2, 2) with { MaxConcurrentOpens = 1 });
        pool.Start();
        var waiter = pool.Get();
        pool.Opened(pool.Ledger.Slots[0]);
        Assert.True(waiter.IsWaiting);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }
}

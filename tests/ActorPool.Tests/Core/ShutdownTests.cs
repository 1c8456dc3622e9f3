using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

public sealed class ShutdownTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Closeall_ends_connections_in_every_state_and_answers_every_request()
    {
        var pool = TestPool.Running(TestSettings.Of(4, 6) with { MaxConcurrentOpens = 1, Reset = ResetMode.DiscardAll });
        var leases = Enumerable.Range(0, 4).Select(_ => pool.Borrow()).ToArray();
        pool.Put(leases[0]);
        pool.Put(leases[1]);
        pool.WorkDone(pool.Ledger.Slots[leases[0].Slot!.Index]);
        pool.Put(leases[2], ReturnCondition.Unusable);
        var kept = pool.Get();
        var waiting = Enumerable.Range(0, 5).Select(_ => pool.Get()).ToArray();
        Assert.True(pool.CloseAll());
        Assert.All(waiting, waiter => Assert.NotNull(waiter.Answer));
        Assert.Equal(pool.Counts.Closing, pool.Counts.Taken);
        Assert.False(pool.Put(kept));
        pool.Settle();
        Assert.True(pool.Ledger.AllClosed);
    }

    [Fact]
    public void A_second_closeall_and_later_requests_are_told_that_it_is_closed()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var lease = pool.Borrow("a");
        Assert.True(pool.CloseAll());
        Assert.False(pool.CloseAll());
        Assert.Equal(Refusal.Closed, pool.Get("a").Error);
        Assert.False(pool.Put(lease));
    }

    [Fact]
    public void Closeall_of_an_empty_pool_is_over_at_once()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        pool.CloseAll();
        Assert.True(pool.Ledger.AllClosed);
    }

    [Fact]
    public void Parked_requests_are_answered_by_closeall()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { KeySharing = KeySharing.Exclusive });
        pool.Borrow("a");
        var parked = Enumerable.Range(0, 3).Select(_ => pool.Get("a")).ToArray();
        pool.CloseAll();
        Assert.All(parked, waiter => Assert.Equal(Refusal.Closed, waiter.Error));
    }

    [Fact]
    public void A_drain_waits_for_what_is_borrowed_and_lends_no_more()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        var (lease, waiter) = (pool.Borrow(), pool.Borrow());
        var queued = pool.Get();
        pool.Stop(3 * Second);
        Assert.Equal(Refusal.Closed, queued.Error);
        Assert.Equal(Refusal.Closed, pool.Get().Error);
        Assert.True(pool.Put(lease));
        pool.Pass(Second);
        Assert.Equal(PoolPhase.Stopping, pool.State.Phase);
        Assert.True(pool.Put(waiter));
        pool.Settle();
        Assert.True(pool.Ledger.AllClosed);
        Assert.Equal(0, pool.Counts.EndedByForce);
    }

    [Fact]
    public void At_the_end_of_its_patience_a_drain_takes_the_rest_by_force()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        pool.Borrow();
        pool.Stop(3 * Second);
        pool.Pass(3 * Second);
        Assert.Equal(1, pool.Counts.EndedByForce);
        pool.Settle();
        Assert.True(pool.State.IsEmpty);
    }

    [Fact]
    public void A_drain_with_nothing_borrowed_closes_at_once()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        pool.Stop(3 * Second);
        Assert.Equal(PoolPhase.Closed, pool.State.Phase);
    }
}

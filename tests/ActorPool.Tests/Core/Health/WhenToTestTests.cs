using ActorPool.Core.Health;
using ActorPool.Core.Slots;
using ActorPool.Tests.Core.Support;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.Health;

/// <summary>Connections that die: seen on the socket, proven by round trips, never lent.</summary>
public sealed class WhenToTestTests
{
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_close_by_the_server_is_seen_on_the_socket_before_the_connection_is_lent()
    {
        var pool = Idle(1, 2);
        pool.Dies(pool.Ledger.Slots[0]);
        pool.Pass(Ms);

        var waiter = pool.Get();

        Assert.Equal(ConnectionWork.Validate, Assert.Single(pool.Last).Work);
        pool.WorkFailed(pool.Ledger.Slots[0]);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.Equal(1, pool.Counts.ClosedLost);
    }

    [Fact]
    public void A_notice_on_the_socket_costs_a_round_trip_and_nothing_else()
    {
        var pool = Idle(1, 1);
        var slot = pool.Ledger.Slots[0];
        pool.Dies(slot);
        pool.Pass(Ms);
        var waiter = pool.Get();

        slot.DiedAt = null;
        pool.WorkDone(slot);

        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.Equal(1, slot.Incarnation);
    }

    [Fact]
    public void One_failure_has_all_idle_connections_validated_at_the_same_time()
    {
        var pool = Idle(20, 20);
        foreach (var slot in pool.Ledger.Slots)
            pool.Dies(slot);
        pool.Pass(Ms);
        pool.Get();

        pool.WorkFailed(pool.Busy(Physical.Working).Single());

        Assert.Equal(19, pool.Busy(Physical.Working).Count());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public void A_hook_that_failed_has_the_others_validated_when_its_error_may_be_theirs(bool isForAll, int validated)
    {
        var pool = TestPool.Running(new PoolSettings("", 3, 3) { OnReturn = (_, _) => Task.CompletedTask });
        pool.Put(pool.Borrow());
        pool.Pass(Ms);

        pool.WorkFailed(pool.Busy(Physical.Working).Single(), byHook: true, isForAll);

        Assert.Equal(validated, pool.Busy(Physical.Working).Count());
    }

    [Fact]
    public void Twenty_dead_ones_delay_a_request_by_two_round_trips_and_an_open()
    {
        var pool = Idle(20, 20);
        foreach (var slot in pool.Ledger.Slots)
            pool.Dies(slot);
        pool.Pass(Ms);
        var waiter = pool.Get();

        pool.WorkFailed(pool.Busy(Physical.Working).Single());
        foreach (var slot in pool.Busy(Physical.Working).ToArray())
            pool.WorkFailed(slot);
        foreach (var slot in pool.Busy(Physical.Closing).ToArray())
            pool.Closed(slot);
        pool.Opened(pool.Busy(Physical.Opening).First());

        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_borrower_whose_connection_broke_makes_the_idle_ones_suspect()
    {
        var pool = Idle(3, 3);
        var lease = pool.Borrow();
        pool.Pass(Ms);

        pool.Put(lease, ReturnCondition.Broken);

        Assert.Equal(2, pool.Counts.Validating);
        pool.Settle();
        Assert.Equal(1, pool.Counts.ClosedLost);
        Assert.Equal(3, pool.Counts.Idle);
    }

    [Fact]
    public void A_connection_that_died_unnoticed_while_lent_is_validated_on_its_return()
    {
        var pool = Idle(1, 1);
        var lease = pool.Borrow();
        pool.Pass(Ms);
        pool.Dies(pool.Ledger.Slots[0]);

        pool.Put(lease);

        Assert.Equal(1, pool.Counts.Validating);
    }

    [Fact]
    public void The_sweep_notices_a_failover_while_no_request_comes()
    {
        var pool = Idle(3, 3);
        foreach (var slot in pool.Ledger.Slots)
            pool.Dies(slot);

        pool.Pass(WhenToTest.ProbeEvery);
        pool.Settle();

        Assert.Equal(3, pool.Counts.ClosedLost);
        Assert.Equal(3, pool.Counts.Idle);
    }

    [Fact]
    public void Where_sockets_cannot_be_seen_half_a_second_of_idleness_is_proven_by_a_round_trip()
    {
        var pool = Idle(1, 1);
        pool.IsBlind = true;
        pool.Return(pool.Borrow());
        pool.PassAsleep(500 * Ms);
        var early = pool.Get();
        Assert.Equal(EffectKind.Grant, early.Answer);
        pool.Return(early);
        pool.PassAsleep(501 * Ms);

        pool.Get();

        Assert.Equal(1, pool.Counts.Validating);
    }

    [Fact]
    public void No_request_waits_behind_a_stuck_round_trip()
    {
        var pool = Idle(1, 2);
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        var waiter = pool.Get(timeout: InfiniteTimeSpan);
        Assert.Equal(0, pool.Counts.Opening);

        pool.Pass(Operations.SlowAfter);

        pool.Opened(pool.Busy(Physical.Opening).Single());
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void No_request_waits_behind_a_stuck_open()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { MaxConcurrentOpens = 2 });
        var waiter = pool.Get(timeout: InfiniteTimeSpan);
        var stuck = pool.Busy(Physical.Opening).Single();

        pool.Pass(Operations.SlowAfter);

        pool.Opened(pool.Busy(Physical.Opening).Single(slot => slot != stuck));
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    private static TestPool Idle(int min, int max)
    {
        var pool = TestPool.Running(TestSettings.Of(min, max) with { MaxConcurrentOpens = 2 });
        pool.Pass(Ms);
        return pool;
    }
}

using ActorPool.Core.Health;
using ActorPool.Core.Slots;
using ActorPool.Tests.Core.Support;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.Health;

/// <summary>A network that says nothing at all is noticed before a borrower comes, and what is stuck in it gives up its place.</summary>
public sealed class IdleTestingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_idle_connection_is_tested_before_its_time_is_over()
    {
        var pool = Testing(1, 1);

        pool.Pass(30 * Second);

        Assert.Equal(1, pool.Counts.Validating);
    }

    [Fact]
    public void A_connection_that_is_heard_in_time_is_not_tested()
    {
        var pool = Testing(1, 1);
        for (var i = 0; i < 10; i++)
        {
            pool.Pass(20 * Second);
            pool.Return(pool.Borrow());
        }

        Assert.Equal(0, pool.Counts.Validating);
    }

    [Fact]
    public void Connections_that_were_opened_together_are_not_tested_together()
    {
        var pool = Testing(20, 20);
        var starts = new List<TimeSpan>();
        for (var passed = TimeSpan.Zero; passed < 31 * Second; passed += Second / 10)
        {
            pool.Pass(Second / 10);
            starts.AddRange(pool.Busy(Physical.Working).Select(slot => slot.StartedAt));
            pool.Settle();
        }

        Assert.Equal(20, starts.Count);
        Assert.True(starts.Distinct().Count() >= 15, $"{starts.Distinct().Count()} moments");
    }

    [Fact]
    public void A_few_tests_run_at_once_and_the_next_ones_follow()
    {
        var pool = Testing(5, 5);
        pool.PassAsleep(30 * Second);

        pool.Sweep();

        Assert.Equal(WhenToTest.MostTests, pool.Counts.Validating);
        pool.WorkDone(pool.Busy(Physical.Working).First());
        pool.Sweep();
        Assert.Equal(WhenToTest.MostTests, pool.Counts.Validating);
    }

    [Fact]
    public void One_test_that_fails_has_all_idle_connections_tested()
    {
        var pool = Testing(5, 5);
        pool.Pass(30 * Second);

        pool.WorkFailed(pool.Busy(Physical.Working).First());

        Assert.Equal(4, pool.Counts.Validating);
    }

    [Fact]
    public void A_pool_that_is_off_duty_tests_while_it_is_paused()
    {
        var pool = Testing(1, 1);
        pool.Pause();

        pool.Pass(30 * Second);

        Assert.Equal(1, pool.Counts.Validating);
        Assert.True(pool.State.AllReturned);
    }

    [Fact]
    public void Off_leaves_idle_connections_alone()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { ValidateIdleEvery = null });

        pool.Pass(TimeSpan.FromHours(1));

        Assert.Equal(1, pool.Counts.Idle);
    }

    [Fact]
    public void A_key_waits_for_the_test_of_its_own_session_rather_than_lose_it()
    {
        var pool = Testing(2, 2);
        pool.Return(pool.Borrow("a"));
        pool.PassAsleep(30 * Second);
        pool.Sweep();
        pool.WorkDone(pool.Busy(Physical.Working).First(slot => slot.LastUser is null));
        var own = pool.Busy(Physical.Working).Single();

        var waiter = pool.Get("a");

        Assert.Null(waiter.Answer);
        pool.WorkDone(own);
        Assert.False(waiter.IsNewSession);
    }

    [Fact]
    public void A_key_does_not_wait_for_a_test_that_is_stuck()
    {
        var pool = Testing(2, 2);
        pool.Return(pool.Borrow("a"));
        pool.PassAsleep(30 * Second);
        pool.Sweep();
        pool.WorkDone(pool.Busy(Physical.Working).First(slot => slot.LastUser is null));
        var waiter = pool.Get("a");

        pool.Pass(Operations.SlowAfter);

        Assert.Equal(EffectKind.Grant, waiter.Answer);
        Assert.True(waiter.IsNewSession);
    }

    [Fact]
    public void A_key_waits_for_the_rollback_of_its_own_session_rather_than_lose_it()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        var lease = pool.Borrow("a");
        pool.Put(lease, ReturnCondition.InTransaction);

        var again = pool.Get("a");

        pool.Settle();
        Assert.Equal(lease.Slot, again.Slot);
        Assert.False(again.IsNewSession);
    }

    [Fact]
    public void A_stuck_reset_gives_up_its_place_to_a_request_that_finds_no_room()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { ValidateTimeout = 2 * Second });
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        var waiter = pool.Get(timeout: InfiniteTimeSpan);

        pool.Pass(2 * Second);

        Assert.Equal(1, pool.Counts.Closing);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_stuck_reset_is_left_alone_while_no_request_waits()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { ValidateTimeout = 2 * Second });
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        pool.Pass(10 * Second);
        Assert.Equal(1, pool.Counts.Resetting);

        pool.Get(timeout: InfiniteTimeSpan);
        pool.Sweep();

        Assert.Equal(1, pool.Counts.Closing);
    }

    [Fact]
    public void A_session_that_changes_hands_is_tested_before_its_reset_when_it_was_not_heard_of()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true, ValidateAfterIdle = 30 * Second });
        pool.Return(pool.Borrow("a"));
        pool.Pass(31 * Second);

        pool.Get("b");

        Assert.Equal(ConnectionWork.Validate | ConnectionWork.FullReset, pool.Busy(Physical.Working).Single().Work);
    }

    private static TestPool Testing(int min, int max) =>
        TestPool.Running(TestSettings.Of(min, max) with { MaxConcurrentOpens = max, ValidateIdleEvery = 30 * Second });

    [Fact]
    public void A_stuck_reset_is_given_up_though_another_connection_is_being_closed()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        var (closing, stuck) = (pool.Borrow(), pool.Borrow());
        pool.Put(closing, ReturnCondition.Unusable);
        pool.Put(stuck, ReturnCondition.InTransaction);
        pool.Get();

        pool.Pass(pool.Settings.ValidateTimeout * 2);

        Assert.Equal(SlotState.Closing, stuck.Slot!.State);
    }
}

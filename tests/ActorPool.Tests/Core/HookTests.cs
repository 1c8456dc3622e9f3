using ActorPool.Tests.Core.Support;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core;

/// <summary>When the user's hooks are run, and what follows when they fail.</summary>
public sealed class HookTests
{
    private static readonly PoolSettings OneOfTwo = TestSettings.Of(1, 2) with { AcquireTimeout = InfiniteTimeSpan };
    private static readonly PoolSettings Initializing = OneOfTwo with { InitializeSession = (_, _, _) => Task.CompletedTask };

    [Fact]
    public void A_connection_that_was_made_ready_for_a_key_is_idle_since_its_return()
    {
        var pool = TestPool.Running(Initializing);
        var lease = pool.Borrow("k");
        pool.PassAsleep(TimeSpan.FromMinutes(10));

        pool.Put(lease);

        Assert.Equal(pool.Now, lease.Slot!.Connection!.IdleSince);
    }

    [Fact]
    public void The_session_is_initialized_before_a_key_gets_it_for_the_first_time_and_not_again()
    {
        var pool = TestPool.Running(Initializing);
        var first = pool.Get("a");
        Assert.Equal((EffectKind.Work, ConnectionWork.Initialize), (pool.Last[0].Kind, pool.Last[0].Work));
        pool.Settle();
        Assert.True(first.IsNewSession);
        pool.Return(first);

        var second = pool.Get("a");

        Assert.Equal(EffectKind.Grant, second.Answer);
        Assert.False(second.IsNewSession);
    }

    [Fact]
    public void After_a_reset_it_is_initialized_again()
    {
        var pool = TestPool.Running(Initializing with { MaxConnections = 1, DiscardOnKeyChange = true });
        pool.Return(pool.Borrow("a"));
        pool.Return(pool.Borrow("b"));

        pool.Get("a");

        Assert.Equal(ConnectionWork.FullReset, pool.Last.Single().Work);
        pool.WorkDone(pool.Busy(Physical.Working).Single());
        Assert.Equal(ConnectionWork.Initialize, pool.Last.Single().Work);
    }

    [Fact]
    public void Without_a_key_there_is_nothing_to_initialize()
    {
        var pool = TestPool.Running(Initializing);

        Assert.Equal(EffectKind.Grant, pool.Get().Answer);
    }

    [Fact]
    public void A_slow_initialization_holds_up_no_request_of_another_key()
    {
        var pool = TestPool.Running(Initializing);
        var slow = pool.Get("a");

        var other = pool.Get();
        pool.Opened(pool.Busy(Physical.Opening).Single());

        Assert.Equal(EffectKind.Grant, other.Answer);
        Assert.True(slow.IsWaiting);
    }

    [Fact]
    public void One_initialization_serves_all_waiting_requests_of_the_key()
    {
        var pool = TestPool.Running(Initializing);
        TestWaiter[] waiters = [pool.Get("a"), pool.Get("a"), pool.Get("a")];

        pool.Settle();

        Assert.Equal([EffectKind.Grant, EffectKind.Join, EffectKind.Join], waiters.Select(waiter => waiter.Answer!.Value));
        Assert.All(waiters, waiter => Assert.True(waiter.IsNewSession));
    }

    [Fact]
    public void A_failed_initialization_refuses_the_requests_of_its_key_and_closes_the_connection()
    {
        var pool = TestPool.Running(Initializing);
        var waiter = pool.Get("a");

        pool.WorkFailed(pool.Busy(Physical.Working).Single(), byHook: true);

        Assert.Equal(Refusal.ConnectFailed, waiter.Error);
        Assert.Same(TestPool.HookError, waiter.Cause);
        pool.Settle();
        Assert.Equal(1, pool.Counts.ClosedByHook);
    }

    [Fact]
    public void When_the_connection_breaks_under_the_hook_the_next_one_is_tried()
    {
        var pool = TestPool.Running(Initializing);
        var waiter = pool.Get("a");

        pool.WorkFailed(pool.Busy(Physical.Working).Single());
        Assert.True(waiter.IsWaiting);
        pool.Settle();

        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_session_initialized_for_a_request_that_gave_up_is_new_to_the_next_of_its_key()
    {
        var pool = TestPool.Running(Initializing);
        var gone = pool.Get("a");
        pool.Cancel(gone);
        pool.Settle();

        var next = pool.Get("a");

        Assert.Equal(EffectKind.Grant, next.Answer);
        Assert.True(next.IsNewSession);
    }

    [Fact]
    public void The_check_is_run_before_every_lease()
    {
        var pool = TestPool.Running(OneOfTwo with { Check = (_, _) => Task.CompletedTask });
        for (var i = 0; i < 3; i++)
        {
            var waiter = pool.Get();
            Assert.Equal(ConnectionWork.Check, pool.Last.Single().Work);
            pool.Settle();
            pool.Return(waiter);
        }
    }

    [Fact]
    public void A_connection_that_fails_its_check_is_replaced_by_the_next_one_at_once()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2) with { Check = (_, _) => Task.CompletedTask });
        TestWaiter[] both = [pool.Borrow(), pool.Borrow()];
        foreach (var lease in both)
            pool.Return(lease);
        var waiter = pool.Get();

        pool.WorkFailed(pool.Busy(Physical.Working).Single(), byHook: true);
        pool.WorkDone(pool.Busy(Physical.Working).Single());

        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Fact]
    public void A_check_that_fails_every_new_connection_does_not_open_and_close_without_a_pause()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { Check = (_, _) => Task.CompletedTask, AcquireTimeout = TimeSpan.FromSeconds(1) });
        var waiter = pool.Get();
        var opened = 0;
        for (var end = pool.Now + TimeSpan.FromSeconds(2); pool.Now < end; pool.Pass(TimeSpan.FromMilliseconds(5)))
        {
            if (pool.Busy(Physical.Opening).FirstOrDefault() is { } opening)
            {
                opened++;
                pool.Opened(opening);
            }

            if (pool.Busy(Physical.Working).FirstOrDefault() is { } working)
                pool.WorkFailed(working, byHook: true);
            if (pool.Busy(Physical.Closing).FirstOrDefault() is { } closing)
                pool.Closed(closing);
        }

        Assert.InRange(opened, 2, 11);
        Assert.Equal(Refusal.ConnectFailed, waiter.Error);
        Assert.Same(TestPool.HookError, waiter.Cause);
    }

    [Fact]
    public void Other_new_connections_do_not_undo_the_pause_after_a_failed_check()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2) with { MaxConcurrentOpens = 2, Check = (_, _) => Task.CompletedTask });
        pool.Get();
        pool.Get();
        var (first, second) = (pool.Ledger.Slots[0], pool.Ledger.Slots[1]);
        pool.Opened(first);
        pool.WorkFailed(first, byHook: true);
        pool.Closed(first);

        pool.Opened(second);

        Assert.Equal(0, pool.Counts.Opening);
        Assert.Same(TestPool.HookError, pool.State.LastConnectError);
        pool.WorkDone(second);
        Assert.Null(pool.State.LastConnectError);
    }

    [Fact]
    public void A_failed_open_does_not_refuse_a_request_whose_session_is_being_initialized()
    {
        var pool = TestPool.Running(Initializing);
        var initializing = pool.Get("a", TimeSpan.Zero);
        var other = pool.Get(timeout: TimeSpan.Zero);

        pool.OpenFailed(pool.Busy(Physical.Opening).Single());

        Assert.True(initializing.IsWaiting);
        Assert.Equal(Refusal.ConnectFailed, other.Error);
    }

    [Fact]
    public void A_session_initialized_while_the_pool_was_drained_is_replaced()
    {
        var pool = TestPool.Running(Initializing);
        var waiter = pool.Get("a");
        pool.Drain();

        pool.WorkDone(pool.Busy(Physical.Working).Single());

        Assert.True(waiter.IsWaiting);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, waiter.Answer);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(null)]
    public void A_lease_that_reached_no_borrower_leaves_the_session_as_new_as_it_was(string? key)
    {
        var pool = TestPool.Running(Initializing);
        var lost = pool.Borrow(key);
        Assert.True(lost.IsNewSession);

        pool.PutUnused(lost);

        var next = pool.Get(key);
        Assert.Equal(EffectKind.Grant, next.Answer);
        Assert.True(next.IsNewSession);
    }

    [Theory]
    [InlineData(ReturnCondition.Clean, ResetMode.Rollback, ConnectionWork.OnReturn)]
    [InlineData(ReturnCondition.InTransaction, ResetMode.Rollback, ConnectionWork.OnReturn | ConnectionWork.Rollback)]
    [InlineData(ReturnCondition.InTransaction, ResetMode.DiscardAll, ConnectionWork.OnReturn | ConnectionWork.FullReset)]
    internal void The_hook_of_the_return_is_run_with_the_reset(ReturnCondition condition, ResetMode reset, ConnectionWork work)
    {
        var pool = TestPool.Running(OneOfTwo with { OnReturn = (_, _) => Task.CompletedTask, Reset = reset });

        pool.Put(pool.Borrow(), condition);

        Assert.Equal(work, pool.Last.Single().Work);
    }
}

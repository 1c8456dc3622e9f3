using ActorPool.Core.Leases;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

/// <summary>A request that is refused learns what stood in its way, and since when.</summary>
public sealed class ShortageTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = 15 * Second;

    [Fact]
    public void When_all_are_lent_the_longest_held_are_named()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 5));
        var held = new List<TestWaiter>();
        for (var i = 0; i < 5; i++)
        {
            held.Add(pool.Borrow());
            pool.Pass(Second);
        }

        var why = Expired(pool, pool.Get());

        Assert.Equal(Hindrance.Lent, why.Hindrance);
        Assert.Equal(held.Take(LentConnections.MostHolders).Select(one => one.Slot!), why.Holders);
        Assert.Equal(held[^1].Slot!.LentAt, why.LastLentAt);
        Assert.Equal(0, why.HeldByWaiters);
    }

    [Fact]
    public void Leases_of_actors_that_wait_for_another_are_counted()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        var (nested, other) = (new TestBorrower("nested"), new TestBorrower("other"));
        pool.Borrow(borrower: nested);
        pool.Borrow(borrower: other);

        Assert.Equal(1, Expired(pool, pool.Get(borrower: nested)).HeldByWaiters);
    }

    [Fact]
    public void A_key_in_use_is_named_with_its_holder()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 5) with { KeySharing = KeySharing.Exclusive });
        pool.Borrow("other");
        pool.Pass(Second);
        var holder = pool.Borrow("key");

        var why = Expired(pool, pool.Get("key"));

        Assert.Equal((Hindrance.KeyInUse, holder.Slot!.LentAt), (why.Hindrance, why.Since));
        Assert.Same(holder.Slot, Assert.Single(why.Holders));
        Assert.Equal(Hindrance.KeyInUse, pool.Get("key", TimeSpan.Zero).Why!.Hindrance);
    }

    [Fact]
    public void A_pause_is_named_with_its_beginning()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 5));
        pool.Pause();
        var since = pool.Now;
        pool.Pass(Second);
        pool.Pause();

        var why = Expired(pool, pool.Get());

        Assert.Equal((Hindrance.Paused, since), (why.Hindrance, why.Since));
    }

    [Fact]
    public void A_paused_pool_refuses_at_once_those_that_do_not_wait()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        var waiting = pool.Get(timeout: TimeSpan.Zero);
        Assert.True(waiting.IsWaiting);

        pool.Pause();

        Assert.Equal((Refusal.Timeout, Hindrance.Paused), (waiting.Error, waiting.Why!.Hindrance));
        var late = pool.Get(timeout: TimeSpan.Zero);
        Assert.Equal((Refusal.Timeout, Hindrance.Paused), (late.Error, late.Why!.Hindrance));
        Assert.True(pool.Get().IsWaiting);
    }

    [Fact]
    public void A_server_that_does_not_answer_a_round_trip_is_the_cause()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Put(pool.Borrow(), ReturnCondition.InTransaction);
        var since = pool.Now;

        var why = Expired(pool, pool.Get());

        Assert.Equal((Hindrance.NotAnswering, since), (why.Hindrance, why.Since));
    }

    [Fact]
    public void An_open_that_takes_long_is_the_cause()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        pool.Borrow();
        var waiter = pool.Get();
        var since = pool.Now;

        var why = Expired(pool, waiter);

        Assert.Equal((Hindrance.OpensSlow, since, 1), (why.Hindrance, why.Since, why.Holders.Count));
    }

    [Fact]
    public void More_opens_than_are_permitted_at_once_are_the_cause()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 20) with { MaxConcurrentOpens = 2, AcquireTimeout = TimeSpan.FromMilliseconds(100) });
        var waiters = Enumerable.Range(0, 10).Select(_ => pool.Get()).ToList();

        Assert.Equal(Hindrance.OpensLimited, Expired(pool, waiters[9]).Hindrance);
    }

    [Fact]
    public void A_session_that_is_initialized_for_its_key_is_the_cause()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { InitializeSession = (_, _, _) => Task.CompletedTask });
        var waiter = pool.Get("key");
        var since = pool.Now;

        var why = Expired(pool, waiter);

        Assert.Equal((Hindrance.SessionNotReady, since), (why.Hindrance, why.Since));
    }

    [Fact]
    public void Failing_opens_are_the_cause_only_where_one_is_wanted()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        pool.Borrow();
        var waiter = pool.Get();
        pool.OpenFailed(pool.Ledger.Slots[1]);
        var second = pool.Get();
        pool.Resize(0, 1);
        pool.Pass(Patience + Second);

        Assert.All((TestWaiter[])[waiter, second], one => Assert.Equal((Refusal.Timeout, Hindrance.Lent), (one.Error, one.Why!.Hindrance)));
    }

    [Fact]
    public void All_that_one_sweep_refuses_share_one_finding()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        pool.Borrow();
        var waiters = Enumerable.Range(0, 500).Select(_ => pool.Get()).ToList();

        Expired(pool, waiters[0]);

        Assert.All(waiters, waiter => Assert.Same(waiters[0].Why, waiter.Why));
    }

    [Fact]
    public void A_request_that_does_not_wait_learns_the_holders()
    {
        var pool = TestPool.Running(TestSettings.Psycopg2(0, 1));
        var holder = pool.Borrow();

        var refused = pool.Get();

        Assert.Equal((Refusal.Exhausted, Hindrance.Lent), (refused.Error, refused.Why!.Hindrance));
        Assert.Same(holder.Slot, Assert.Single(refused.Why.Holders));
    }

    [Fact]
    public void A_request_too_many_learns_what_the_others_wait_for()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { MaxWaiting = 1 });
        pool.Borrow();
        pool.Get();

        Assert.Equal(Hindrance.Lent, pool.Get().Why!.Hindrance);
        pool.Pause();
        Assert.Equal(Hindrance.Paused, pool.Get().Why!.Hindrance);
    }

    private static Shortage Expired(TestPool pool, TestWaiter waiter)
    {
        pool.Pass(pool.Settings.AcquireTimeout + TimeSpan.FromMilliseconds(20));
        Assert.Equal(Refusal.Timeout, waiter.Error);
        return waiter.Why!;
    }
}

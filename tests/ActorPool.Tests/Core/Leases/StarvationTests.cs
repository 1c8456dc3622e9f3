using ActorPool.Tests.Core.Support;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.Leases;

/// <summary>When nothing moves, the garbage collector is asked to look for forgotten leases.</summary>
public sealed class StarvationTests
{
    private static PoolSettings Starving => TestSettings.Of(0, 2) with { CollectWhenStarved = true };

    [Fact]
    public void A_starved_pool_asks_for_a_collection_after_some_seconds()
    {
        var pool = Starved();

        Assert.Equal(1, CollectionsIn(pool, PoolState.StarvedAfter));
    }

    [Fact]
    public void A_starved_pool_asks_again_after_a_minute_and_not_before()
    {
        var pool = Starved();
        CollectionsIn(pool, PoolState.StarvedAfter);

        Assert.Equal(0, CollectionsIn(pool, PoolState.CollectAtMostEvery - TimeSpan.FromSeconds(1)));
        Assert.Equal(1, CollectionsIn(pool, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_pool_whose_leases_come_back_is_not_starved()
    {
        var pool = TestPool.Running(Starving);
        var first = pool.Borrow();
        pool.Borrow();
        var collections = 0;
        for (var i = 0; i < 10; i++)
        {
            var waiter = pool.Get(timeout: InfiniteTimeSpan);
            collections += CollectionsIn(pool, PoolState.StarvedAfter - TimeSpan.FromSeconds(1));
            pool.Return(first);
            first = waiter;
        }

        Assert.Equal(0, collections);
    }

    [Fact]
    public void Leases_of_actors_need_no_collection()
    {
        var pool = TestPool.Running(Starving);
        pool.Borrow(borrower: new TestBorrower("alice"));
        pool.Borrow(borrower: new TestBorrower("bob"));
        pool.Get(timeout: InfiniteTimeSpan);

        Assert.Equal(0, CollectionsIn(pool, TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Without_a_waiting_request_nothing_is_collected()
    {
        var pool = TestPool.Running(Starving);
        pool.Borrow();
        pool.Borrow();

        Assert.Equal(0, CollectionsIn(pool, TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Off_never_asks()
    {
        var pool = TestPool.Running(Starving with { CollectWhenStarved = false });
        pool.Borrow();
        pool.Borrow();
        pool.Get(timeout: InfiniteTimeSpan);

        Assert.Equal(0, CollectionsIn(pool, TimeSpan.FromMinutes(2)));
    }

    private static TestPool Starved()
    {
        var pool = TestPool.Running(Starving);
        pool.Borrow();
        pool.Borrow();
        pool.Get(timeout: InfiniteTimeSpan);
        return pool;
    }

    private static int CollectionsIn(TestPool pool, TimeSpan time)
    {
        var collections = 0;
        var end = pool.Now + time;
        while (pool.Now < end)
        {
            var step = pool.State.WakeAt < end ? pool.State.WakeAt - pool.Now : end - pool.Now;
            pool.Pass(step > TimeSpan.Zero ? step : TimeSpan.FromTicks(1));
            collections += pool.Last.Count(effect => effect.Kind == EffectKind.Collect);
            pool.Last.Clear();
        }

        return collections;
    }
}

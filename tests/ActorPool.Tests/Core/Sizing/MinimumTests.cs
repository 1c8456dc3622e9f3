using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Sizing;

/// <summary>For how long the pool has had fewer connections than it keeps.</summary>
public sealed class MinimumTests
{
    [Fact]
    public void A_loss_counts_from_the_end_of_the_backend_until_it_is_made_up_for()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2));
        Assert.Null(pool.Counts.BelowMinSince);
        pool.Put(pool.Borrow(), close: true);
        pool.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(pool.Counts.BelowMinSince);

        pool.Closed(pool.Busy(Physical.Closing).Single());
        var since = pool.Now;
        pool.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(since, pool.Counts.BelowMinSince);
        pool.Opened(pool.Busy(Physical.Opening).Single());
        Assert.Null(pool.Counts.BelowMinSince);
    }

    [Fact]
    public void The_time_of_a_pause_does_not_count()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        pool.Put(pool.Borrow(), close: true);
        pool.Closed(pool.Busy(Physical.Closing).Single());
        Assert.NotNull(pool.Counts.BelowMinSince);
        pool.Pause();
        Assert.Null(pool.Counts.BelowMinSince);
        pool.Pass(TimeSpan.FromSeconds(9));

        pool.Resume();

        Assert.Equal(pool.Now, pool.Counts.BelowMinSince);
    }

    [Fact]
    public void A_pool_that_does_not_keep_its_minimum_never_falls_below_it()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { KeepMin = false });
        pool.Put(pool.Borrow(), close: true);
        pool.Closed(pool.Busy(Physical.Closing).Single());

        Assert.Null(pool.Counts.BelowMinSince);
    }
}

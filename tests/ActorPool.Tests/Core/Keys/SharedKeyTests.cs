using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Keys;

public sealed class SharedKeyTests
{
    [Fact]
    public void A_key_in_use_is_joined_at_once_also_ahead_of_waiters()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var first = pool.Borrow("a");
        var waiting = pool.Get();
        Assert.Equal(EffectKind.Join, pool.Get("a").Answer);
        Assert.True(waiting.IsWaiting);
        Assert.Equal(1, pool.Counts.InUse);
        Assert.True(pool.Put(first));
    }

    [Fact]
    public void One_grant_serves_all_queued_requests_of_its_key()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var holder = pool.Borrow();
        var (one, other, two) = (pool.Get("a"), pool.Get("b"), pool.Get("a"));
        pool.Put(holder);
        Assert.Equal((EffectKind.Grant, EffectKind.Join), (one.Answer, two.Answer));
        Assert.True(other.IsWaiting);
    }

    [Fact]
    public void Requests_of_one_key_need_one_connection_only()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 5) with { MaxConcurrentOpens = 5 });
        for (var i = 0; i < 4; i++)
            pool.Get("a");
        Assert.Equal(1, pool.Counts.Opening);
        pool.Get("b");
        Assert.Equal(2, pool.Counts.Opening);
    }

    [Fact]
    public void The_first_put_ends_it_for_all()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var (one, two) = (pool.Borrow("a"), pool.Get("a"));
        Assert.True(pool.Put(two));
        Assert.False(pool.Put(one));
    }

    [Fact]
    public void Requests_of_the_key_that_were_given_up_do_not_join()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1));
        var holder = pool.Borrow();
        var (one, gone, two) = (pool.Get("a"), pool.Get("a"), pool.Get("a"));
        (one.Gone, gone.Gone) = (true, true);
        pool.Put(holder);
        Assert.Equal(EffectKind.Grant, two.Answer);
        Assert.Equal(2, pool.Counts.Cancelled);
    }

    [Fact]
    public void A_key_that_throws_leaves_everything_as_it_was()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 2));
        pool.Return(pool.Borrow(new AwkwardKey("a")));
        var before = (pool.Counts, pool.State.Keys.Count);
        foreach (var key in (AwkwardKey[])[new("b") { ThrowsInEquals = true }, new("b") { ThrowsInHashCode = true }])
            Assert.Throws<InvalidTimeZoneException>(() => pool.State.Keys.Use(key));

        Assert.Equal(before, (pool.Counts, pool.State.Keys.Count));
    }

    [Fact]
    public void A_key_that_throws_after_it_was_lent_harms_no_other_request()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { KeyMemory = 0 });
        var key = new AwkwardKey("a");
        var lease = pool.Borrow(key);
        var other = new AwkwardKey("b");
        pool.State.Get(new TestWaiter("other", other) { Entry = pool.State.Keys.Use(other) }, pool.Now);
        (key.ThrowsInEquals, key.ThrowsInHashCode) = (true, true);
        Assert.True(pool.State.Put(lease.Slot!, lease.Lease, close: false, ReturnCondition.Clean, pool.Now));
        Assert.Contains(pool.State.Effects, effect => effect.Kind == EffectKind.Grant);
    }
}

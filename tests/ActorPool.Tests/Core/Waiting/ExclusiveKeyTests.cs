using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class ExclusiveKeyTests
{
    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(2, 2) with { KeySharing = KeySharing.Exclusive });

    [Fact]
    public void The_same_key_waits_for_its_turn_though_another_connection_is_idle()
    {
        var first = _pool.Borrow("a");
        var second = _pool.Get("a");
        Assert.True(second.IsWaiting);
        Assert.Equal(EffectKind.Grant, _pool.Get().Answer);
        _pool.Put(first);
        Assert.Equal(EffectKind.Grant, second.Answer);
        Assert.Same(first.Slot, second.Slot);
    }

    [Fact]
    public void The_turn_of_an_exclusive_key_has_the_rank_of_its_arrival()
    {
        var (a, other) = (_pool.Borrow("a"), _pool.Borrow());
        var (parked, late) = (_pool.Get("a"), _pool.Get());
        _pool.Put(a, close: true);
        Assert.True(parked.IsWaiting);
        _pool.Put(other);
        Assert.Equal(EffectKind.Grant, parked.Answer);
        Assert.True(late.IsWaiting);
    }

    [Fact]
    public void Requests_of_a_key_are_served_one_after_another()
    {
        var first = _pool.Borrow("a");
        var waiting = Enumerable.Range(0, 3).Select(_ => _pool.Get("a")).ToArray();
        foreach (var next in waiting)
        {
            Assert.True(next.IsWaiting);
            _pool.Put(first);
            Assert.Equal(EffectKind.Grant, next.Answer);
            first = next;
        }
    }

    [Fact]
    public void A_parked_request_that_is_cancelled_leaves_its_turn_to_the_next()
    {
        var first = _pool.Borrow("a");
        var (gone, next) = (_pool.Get("a"), _pool.Get("a"));
        _pool.Cancel(gone);
        _pool.Put(first);
        Assert.Equal(EffectKind.Grant, next.Answer);
    }

    [Fact]
    public void A_parked_request_times_out()
    {
        _pool.Borrow("a");
        var parked = _pool.Get("a", TimeSpan.FromMilliseconds(50));
        _pool.Pass(TimeSpan.FromMilliseconds(60));
        Assert.Equal(Refusal.Timeout, parked.Error);
    }

    [Fact]
    public void A_request_that_may_not_wait_is_refused_while_its_key_is_lent()
    {
        _pool.Borrow("a");
        Assert.Equal(Refusal.Timeout, _pool.Get("a", TimeSpan.Zero).Error);
        Assert.Equal(EffectKind.Grant, _pool.Get("b", TimeSpan.Zero).Answer);
    }
}

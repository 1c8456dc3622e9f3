using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Leases;

public sealed class BorrowerDeathTests
{
    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(1, 1));
    private readonly TestBorrower _alice = new("alice");
    private readonly TestBorrower _bob = new("bob");

    [Fact]
    public void A_dead_borrowers_lease_ends_and_a_new_connection_serves_the_next_waiter()
    {
        var lease = _pool.Borrow(borrower: _alice);
        var next = _pool.Get();
        _pool.Dies(_alice);
        Assert.Equal(LeaseEnd.BorrowerDied, _pool.Last.Single(effect => effect.Kind == EffectKind.EndLease).End);
        _pool.Settle();
        Assert.Equal(EffectKind.Grant, next.Answer);
        Assert.False(_pool.Put(lease));
    }

    [Fact]
    public void A_dead_borrowers_place_in_the_queue_is_gone()
    {
        var lease = _pool.Borrow();
        var (dead, next) = (_pool.Get(borrower: _alice), _pool.Get());
        _pool.Dies(_alice);
        Assert.Equal(1, _pool.Counts.Waiting);
        _pool.Put(lease);
        Assert.Null(dead.Answer);
        Assert.Equal(EffectKind.Grant, next.Answer);
    }

    [Fact]
    public void A_shared_lease_ends_with_the_last_watched_holder()
    {
        _pool.Borrow("k", _alice);
        _pool.Get("k", borrower: _bob);
        _pool.Dies(_alice);
        Assert.Equal(1, _pool.Counts.InUse);
        _pool.Dies(_bob);
        Assert.Equal(0, _pool.Counts.InUse);
    }

    [Fact]
    public void A_shared_lease_with_an_unwatched_holder_outlives_the_watched_ones()
    {
        _pool.Borrow("k", _alice);
        var unwatched = _pool.Get("k");
        _pool.Dies(_alice);
        Assert.True(_pool.Put(unwatched));
    }

    [Fact]
    public void A_borrower_that_joined_twice_dies_once()
    {
        _pool.Borrow("k", _alice);
        _pool.Get("k", borrower: _alice);
        _pool.Dies(_alice);
        Assert.Equal(0, _pool.Counts.InUse);
    }

    [Fact]
    public void An_exclusive_key_of_the_dead_goes_to_the_next_in_turn()
    {
        var pool = TestPool.Running(TestSettings.Of(2, 2) with { KeySharing = KeySharing.Exclusive });
        pool.Borrow("k", _alice);
        var (dead, next) = (pool.Get("k", borrower: _alice), pool.Get("k"));
        pool.Dies(_alice);
        Assert.Null(dead.Answer);
        Assert.Equal(EffectKind.Grant, next.Answer);
    }

    [Fact]
    public void After_a_return_its_death_means_nothing()
    {
        _pool.Return(_pool.Borrow(borrower: _alice));
        _pool.Dies(_alice);
        Assert.Equal(1, _pool.Counts.Idle);
        Assert.Empty(_pool.Last);
    }
}

using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Leases;

/// <summary>A lease that is ended against its borrower's will may have a query running on it.</summary>
public sealed class ForcedEndTests
{
    private static readonly TimeSpan MostHold = TimeSpan.FromSeconds(10);

    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxHoldTime = MostHold });

    [Fact]
    public void A_lease_whose_borrower_dies_has_its_connection_cut()
    {
        var borrower = new TestBorrower("alice");
        _pool.Borrow(borrower: borrower);
        _pool.Dies(borrower);
        IsCut();
    }

    [Fact]
    public void A_forgotten_lease_has_its_connection_cut()
    {
        _pool.Forgotten(_pool.Borrow());
        IsCut();
    }

    [Fact]
    public void A_lease_held_for_too_long_has_its_connection_cut()
    {
        _pool.Borrow();
        _pool.PassAsleep(MostHold);
        _pool.Sweep();
        IsCut();
    }

    [Fact]
    public void A_lease_of_a_pool_that_is_closed_has_its_connection_cut()
    {
        _pool.Borrow();
        _pool.CloseAll();
        IsCut();
    }

    private void IsCut()
    {
        Assert.Contains(_pool.Last, effect => effect.Kind == EffectKind.EndLease);
        Assert.Contains(_pool.Last, effect => effect.Kind == EffectKind.Abort);
        Assert.DoesNotContain(_pool.Last, effect => effect.Kind == EffectKind.Close);
    }
}

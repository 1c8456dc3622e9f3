using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Leases;

/// <summary>A lease that is ended against its borrower's will may have a query running on it.</summary>
public sealed class ForcedEndTests
{
    private static readonly TimeSpan MostHold = TimeSpan.FromSeconds(10);

    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxHoldTime = MostHold });

    [Fact]
    public void Its_connection_is_cut_when_its_borrower_dies()
    {
        var borrower = new TestBorrower("alice");
        _pool.Borrow(borrower: borrower);
        _pool.Dies(borrower);
        IsCut();
    }

    [Fact]
    public void Its_connection_is_cut_when_it_was_forgotten()
    {
        _pool.Forgotten(_pool.Borrow());
        IsCut();
    }

    [Fact]
    public void Its_connection_is_cut_when_it_was_held_for_too_long()
    {
        _pool.Borrow();
        _pool.PassAsleep(MostHold);
        _pool.Sweep();
        IsCut();
    }

    [Fact]
    public void Its_connection_is_cut_when_the_pool_is_closed()
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

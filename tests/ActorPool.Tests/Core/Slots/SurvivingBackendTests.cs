using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Slots;

/// <summary>A backend that does not exit when its connection ends is terminated by another connection of the pool.</summary>
public sealed class SurvivingBackendTests
{
    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(1, 2));

    [Fact]
    public void An_idle_connection_terminates_it_at_once_and_is_idle_again()
    {
        _pool.BackendSurvived("stubborn");

        var work = Assert.Single(_pool.Last);
        Assert.Equal((EffectKind.Work, ConnectionWork.Terminate, "stubborn"), (work.Kind, work.Work, work.Backend));
        _pool.Settle();
        Assert.Equal(1, _pool.Counts.Idle);
    }

    [Fact]
    public void Without_an_idle_connection_the_next_that_becomes_idle_does_it()
    {
        var (one, other) = (_pool.Borrow(), _pool.Borrow());
        _pool.BackendSurvived("stubborn");
        Assert.Empty(_pool.Last);

        _pool.Put(one);

        Assert.Equal("stubborn", Assert.Single(_pool.Last, effect => effect.Work == ConnectionWork.Terminate).Backend);
        _pool.Settle();
        _pool.Return(other);
        Assert.Equal(2, _pool.Counts.Idle);
    }

    [Fact]
    public void Each_of_several_is_terminated_once()
    {
        _pool.BackendSurvived("one");
        _pool.BackendSurvived("two");
        Assert.Empty(_pool.Last);

        _pool.Settle();

        Assert.Equal(1, _pool.Counts.Idle);
        _pool.Return(_pool.Borrow());
        Assert.DoesNotContain(_pool.Last, effect => effect.Work == ConnectionWork.Terminate);
    }

    [Fact]
    public void A_pool_that_is_closed_leaves_it_to_the_server()
    {
        _pool.CloseAll();

        _pool.BackendSurvived("stubborn");

        Assert.Empty(_pool.Last);
    }
}

using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Leases;

/// <summary>A driver connection that comes back closed is replaced, and counted unless its borrower asked for the close.</summary>
public sealed class ClosedWhileLentTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_connection_closed_while_lent_is_counted_unless_the_close_was_asked_for(bool close, int counted)
    {
        var pool = TestPool.Running(new PoolSettings("", 1, 1));

        pool.Put(pool.Borrow(), ReturnCondition.ClosedWhileLent, close);
        pool.Settle();

        Assert.Equal((counted, 1, 1), (pool.Counts.ClosedWhileLent, pool.Counts.ClosedUnusable, pool.Counts.Idle));
    }
}

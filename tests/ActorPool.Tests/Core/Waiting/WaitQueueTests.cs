using ActorPool.Core.Waiting;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class WaitQueueTests
{
    private readonly WaitQueue _queue = new();

    [Fact]
    public void The_first_to_come_is_the_first()
    {
        var (one, two) = (Add(1), Add(2));
        Assert.Same(one, _queue.First);
        _queue.Remove(one);
        Assert.Same(two, _queue.First);
        Assert.Equal(1, _queue.Count);
    }

    [Fact]
    public void A_latecomer_stands_where_its_arrival_belongs()
    {
        Add(1);
        var late = AddLate(2);
        Add(3);
        _queue.Remove(_queue.First!);
        Assert.Same(late, _queue.First);
        _queue.Remove(late);
        Assert.Equal(3, _queue.First!.Order);
    }

    [Fact]
    public void Latecomers_go_by_rank_among_themselves()
    {
        var orders = new List<long>();
        foreach (var order in (long[])[7, 3, 9, 5])
            AddLate(order);
        Add(6);
        for (; _queue.First is { } first; _queue.Remove(first))
            orders.Add(first.Order);
        Assert.Equal([3, 5, 6, 7, 9], orders);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void A_latecomer_that_left_is_never_the_first()
    {
        var (gone, left) = (AddLate(1), AddLate(2));
        _queue.Remove(gone);
        Assert.Equal(1, _queue.Count);
        Assert.Same(left, _queue.First);
    }

    [Fact]
    public void The_one_with_others_ahead_is_found()
    {
        Add(1);
        var second = Add(2);
        Assert.Same(second, _queue.ElementAt(1));
        Assert.Null(_queue.ElementAt(2));
    }

    private TestWaiter Add(long order)
    {
        var waiter = new TestWaiter($"w{order}", null) { Order = order };
        _queue.Add(waiter);
        return waiter;
    }

    private TestWaiter AddLate(long order)
    {
        var waiter = new TestWaiter($"w{order}", null) { Order = order };
        _queue.AddLate(waiter);
        return waiter;
    }
}

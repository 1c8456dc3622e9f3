using System.Data;
using ActorPool.Actors;
using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Actors;

/// <summary>A lease ends in two ways at once: it ends once, and its connection is kept or discarded as the first of them says.</summary>
public sealed class ReturnRaceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lease_disposed_and_put_at_the_same_time_comes_back_once(bool putFirst) =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            if (!putFirst)
                lease.Dispose();
            var put = new ReturnRequest(pool.Context, lease, null, false).Send();
            if (putFirst)
                lease.Dispose();
            pool.Pump();

            // The dispose ends the lease at once, wherever its note stands.
            Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => put.GetAwaiter().GetResult()).Kind);
            Assert.Equal(["open", "release"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_lease_put_twice_at_the_same_time_comes_back_once() =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            var one = new ReturnRequest(pool.Context, lease, null, false).Send();
            var other = new ReturnRequest(pool.Context, lease, null, false).Send();
            pool.Pump();

            one.GetAwaiter().GetResult();
            Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => other.GetAwaiter().GetResult()).Kind);
            Assert.Equal(["open", "release"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_connection_disposed_before_its_owners_death_is_read_is_discarded_and_replaced() =>
        SteppedPool.Run(1, pool =>
        {
            var (owner, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(), owner);
            pool.Pump();
            var lease = (PooledConnection)Assert.Single(received);
            var next = pool.Get();
            pool.Pump();

            lease.Dispose();
            SteppedPool.Stop(owner);
            pool.Pump();

            Assert.Equal(ConnectionState.Closed, lease.State);
            Assert.Empty(pool.Context.Borrowers);
            next.Result.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_lease_disposed_after_an_unread_death_is_discarded_once() =>
        SteppedPool.Run(1, pool =>
        {
            var (owner, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(), owner);
            pool.Pump();
            var lease = (PooledConnection)Assert.Single(received);
            var next = pool.Get();
            pool.Pump();

            // The owner ends; its parent and the manager are told. The manager handles a question, and finds the death behind it.
            SteppedPool.Stop(owner);
            pool.World.Step();
            pool.Manager.Tell(new GetStatistics(), pool.Manager);
            pool.World.Step();
            pool.World.Step();
            Assert.Contains(owner, pool.Context.Borrowers);
            lease.Dispose();
            pool.Pump();

            Assert.Equal(0, pool.Source.All[0].Releases);
            Assert.Equal(Physical.None, pool.Source.All[0].State);
            next.Result.Dispose();
            pool.HasLostNothing();
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lease_disposed_during_closeall_is_closed_once(bool closeFirst) =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            var order = new PoolOrder(PoolOrderKind.CloseAll);
            if (!closeFirst)
                lease.Dispose();
            pool.Context.Send(order);
            if (closeFirst)
                lease.Dispose();
            pool.Pump();

            Assert.True(order.Done.IsCompletedSuccessfully);
            Assert.Equal(closeFirst ? 0 : 1, pool.Source.All[0].Releases);
            pool.IsClosed();
        });

    [Fact]
    public void A_put_behind_a_closeall_is_refused() =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            pool.Context.Send(new PoolOrder(PoolOrderKind.CloseAll));
            var put = new ReturnRequest(pool.Context, lease, null, false).Send();
            pool.Pump();

            Assert.Equal(PoolErrorKind.Closed, Assert.Throws<PoolException>(() => put.GetAwaiter().GetResult()).Kind);
            pool.IsClosed();
        });
}

using ActorPool.Actors;
using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Actors;

/// <summary>The manager fails while something else happens: one answer each, and no connection is lost.</summary>
public sealed class CrashRaceTests
{
    [Fact]
    public void A_return_sent_before_a_crash_and_read_after_it_counts_once() =>
        SteppedPool.Run(2, pool =>
        {
            var (returned, kept) = (pool.Borrow(), pool.Borrow());
            returned.Dispose();
            pool.Crash();
            pool.Pump();

            Assert.Equal(1, pool.Statistics.InUse);
            Assert.Equal(1, pool.Source.All[0].Releases);
            kept.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_return_behind_a_crash_reaches_the_new_manager() =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            pool.Crash();
            var put = new ReturnRequest(pool.Context, lease, null, false).Send();
            pool.Pump();

            // Nothing told the new manager that it was used otherwise than before.
            put.GetAwaiter().GetResult();
            Assert.Equal(["open", "release"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_return_while_the_manager_recovers_counts_once() =>
        SteppedPool.Run(2, pool =>
        {
            var (idle, lent) = (pool.Borrow(), pool.Borrow());
            idle.Dispose();
            pool.Pump();
            pool.Source.All[0].WhenReleased = lent.Dispose;
            pool.Crash();
            pool.Pump();

            Assert.Equal(System.Data.ConnectionState.Closed, lent.State);
            Assert.Equal(1, pool.Source.All[1].Releases);
            pool.Source.All[0].WhenReleased = null;
            pool.HasLostNothing();
        });

    [Fact]
    public void A_return_while_the_crashed_manager_answers_counts_once() =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            object? refusal = null;
            pool.GetThen(answer =>
            {
                refusal = answer;
                lease.Dispose();
            });
            pool.Pump();
            pool.Crash();
            pool.Pump();

            Assert.IsType<Akka.Actor.Status.Failure>(refusal);
            Assert.Equal(1, pool.Source.All[0].Releases);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_request_behind_a_crash_is_served_by_the_new_manager() =>
        SteppedPool.Run(1, pool =>
        {
            var held = pool.Borrow();
            var waiting = pool.Get();
            pool.Pump();
            pool.Crash();
            var behind = pool.Get();
            pool.Pump();
            waiting.IsRefused(PoolErrorKind.Timeout);

            held.Dispose();
            pool.Pump();

            behind.Result.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_cancellation_sent_before_a_crash_and_read_after_it_is_the_only_answer() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var call = pool.Get(cancellation: cancellation.Token);
            pool.Pump();
            cancellation.Cancel();
            pool.Crash();
            pool.Pump();

            call.IsCancelled();
            held.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_request_granted_but_not_answered_in_a_crash_gets_the_error() =>
        SteppedPool.Run(2, pool =>
        {
            var (one, two) = (pool.Borrow(), pool.Borrow());
            one.Dispose();
            two.Dispose();
            pool.Manager.Tell(new Pause(), Akka.Actor.ActorRefs.NoSender);
            PooledConnection? thrower = null;
            pool.GetThen(answer =>
            {
                thrower ??= answer as PooledConnection;
                throw new InvalidOperationException("boom");
            });
            var call = pool.Get();
            pool.Pump();

            pool.Manager.Tell(new Resume(), Akka.Actor.ActorRefs.NoSender);
            pool.Pump();

            call.IsRefused(PoolErrorKind.Timeout);
            thrower!.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void Two_crashes_in_a_row_have_the_effect_of_one() =>
        SteppedPool.Run(2, pool =>
        {
            var lease = pool.Borrow();
            var waiting = new[] { pool.Get(), pool.Get() };
            pool.World.Pump();
            pool.Crash();
            pool.Crash();
            pool.Pump();

            foreach (var call in waiting)
                call.IsRefused(PoolErrorKind.Timeout);
            Assert.Equal(System.Data.ConnectionState.Closed, lease.Npgsql.State);
            Assert.False(lease.IsOver);
            lease.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_crash_in_the_recovery_closes_the_pool_and_answers_every_request() =>
        SteppedPool.Run(2, pool =>
        {
            var (idle, lent) = (pool.Borrow(), pool.Borrow());
            idle.Dispose();
            pool.Pump();
            pool.Source.All[0].WhenReleased = () => throw new InvalidOperationException("boom");
            pool.Crash();
            var behind = pool.Get();
            pool.Pump();

            behind.IsRefused(PoolErrorKind.Closed);
            Assert.True(lent.IsOver);
            pool.IsClosed();
        });

    [Fact]
    public void A_borrower_that_dies_while_the_manager_crashes_takes_its_lease_with_it() =>
        SteppedPool.Run(1, pool =>
        {
            var (owner, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(), owner);
            pool.Pump();
            var lease = (PooledConnection)Assert.Single(received);
            pool.Crash();
            SteppedPool.Stop(owner);
            pool.Pump();

            Assert.True(lease.IsOver);
            Assert.Equal(Physical.None, pool.Source.All[0].State);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_connection_whose_actor_dies_while_the_manager_crashes_is_replaced() =>
        SteppedPool.Run(1, pool =>
        {
            var lease = pool.Borrow();
            pool.Crash();
            SteppedPool.Stop(pool.Context.Owners[0].Actor!);
            pool.Pump();

            Assert.True(lease.IsOver);
            Assert.Equal(SlotState.Free, pool.Context.Slots[0].Slot.State);
            pool.HasLostNothing();
        });

    [Fact]
    public void An_open_that_ends_while_the_manager_crashes_leaves_no_connection_behind() =>
        SteppedPool.Run(1, pool =>
        {
            var call = pool.Get();
            pool.World.Pump();
            pool.Crash();
            pool.Source.All[0].Succeed();
            pool.Pump();

            call.IsRefused(PoolErrorKind.Timeout);
            Assert.Equal(Physical.None, pool.Source.All[0].State);
            pool.HasLostNothing();
        });
}

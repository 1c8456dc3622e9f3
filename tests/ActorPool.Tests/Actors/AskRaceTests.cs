using ActorPool.Tests.Actors.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors;

/// <summary>An Ask is granted and ends by itself at the same time: no connection goes with it.</summary>
public sealed class AskRaceTests
{
    [Fact]
    public void An_ask_cancelled_before_the_manager_reads_it_takes_no_connection() =>
        SteppedPool.Run(1, pool =>
        {
            pool.Borrow().Dispose();
            pool.Pump();
            using var cancellation = new CancellationTokenSource();
            var ask = pool.Ask(cancellation: cancellation.Token);

            Cancel(ask, cancellation);

            pool.HasLostNothing();
            Assert.Equal(1, pool.Statistics.Cancelled);
        });

    [Fact]
    public void An_ask_timed_out_before_the_manager_reads_it_takes_no_connection() =>
        SteppedPool.Run(1, pool =>
        {
            var ask = pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromMilliseconds(1));
            Assert.Throws<AskTimeoutException>(() => ask.GetAwaiter().GetResult());

            pool.PumpUntil(() => pool.Statistics is { Cancelled: 1, Waiting: 0 }, "its end is noticed");

            pool.HasLostNothing();
        });

    [Fact]
    public void A_waiting_ask_that_is_cancelled_leaves_the_queue() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var ask = pool.Ask(cancellation: cancellation.Token);
            var next = pool.Get();
            pool.Pump();

            Cancel(ask, cancellation);
            pool.PumpUntil(() => pool.Statistics.Waiting == 1, "its end is noticed");

            held.Dispose();
            pool.Pump();
            next.Result.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_return_read_before_the_end_of_an_ask_serves_the_next_request() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var ask = pool.Ask(cancellation: cancellation.Token);
            var next = pool.Get();
            pool.Pump();

            held.Dispose();
            Cancel(ask, cancellation);
            pool.Pump();

            next.Result.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void An_ask_cancelled_after_its_claim_leaves_the_connection_to_the_pool() =>
        SteppedPool.Run(2, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var (one, two) = (pool.Borrow(), pool.Borrow());
            one.Dispose();
            two.Dispose();
            pool.Manager.Tell(new Pause(), ActorRefs.NoSender);
            PooledConnection? other = null;
            pool.GetThen(answer =>
            {
                other = (PooledConnection)answer;
                cancellation.Cancel();
            });
            var ask = pool.Ask(cancellation: cancellation.Token);
            var next = pool.Get();
            pool.Pump();
            Assert.Equal(3, pool.Statistics.Waiting);

            pool.Manager.Tell(new Resume(), ActorRefs.NoSender);
            pool.Pump();

            Assert.ThrowsAny<OperationCanceledException>(() => ask.GetAwaiter().GetResult());
            next.Result.Dispose();
            other!.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void An_ask_cancelled_after_its_claim_changes_nothing_for_the_others_of_its_key() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            PooledConnection? first = null;
            pool.GetThen(
                answer =>
                {
                    first = (PooledConnection)answer;
                    cancellation.Cancel();
                },
                "k");
            var ask = pool.Ask("k", cancellation.Token);
            var third = pool.Get("k");
            pool.Pump();

            held.Dispose();
            pool.Pump();

            Assert.ThrowsAny<OperationCanceledException>(() => ask.GetAwaiter().GetResult());
            Assert.Same(first, third.Result);
            first!.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void An_ask_cancelled_after_its_answer_has_the_connection() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var ask = pool.Ask(cancellation: cancellation.Token);
            pool.Pump();

            cancellation.Cancel();

            ask.GetAwaiter().GetResult().Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void An_actor_that_waits_for_itself_and_for_another_leaves_the_queue_twice() =>
        SteppedPool.Run(1, pool =>
        {
            var held = pool.Borrow();
            var ((sender, _), (owner, _)) = (pool.NewActor(), pool.NewActor());
            pool.Manager.Tell(new GetConn { Owner = owner }, sender);
            pool.Manager.Tell(new GetConn(), sender);
            pool.Manager.Tell(new GetConn { Owner = owner }, sender);
            pool.Pump();
            Assert.Equal(3, pool.Statistics.Waiting);

            SteppedPool.Stop(sender);
            pool.Pump();

            Assert.Equal(0, pool.Statistics.Waiting);
            Assert.Empty(pool.Context.Borrowers);
            held.Dispose();
            pool.HasLostNothing();
        });

    private static void Cancel(Task ask, CancellationTokenSource cancellation)
    {
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ask.GetAwaiter().GetResult());
    }
}

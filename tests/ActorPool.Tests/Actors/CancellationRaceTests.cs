using ActorPool.Tests.Actors.Support;

namespace ActorPool.Tests.Actors;

/// <summary>A call of the facade is granted, times out and is cancelled at the same time: one of them happens.</summary>
public sealed class CancellationRaceTests
{
    [Fact]
    public void A_request_cancelled_before_the_manager_reads_it_gets_no_connection() =>
        SteppedPool.Run(1, pool =>
        {
            pool.Borrow().Dispose();
            pool.Pump();
            using var cancellation = new CancellationTokenSource();
            var call = pool.Get(cancellation: cancellation.Token);

            cancellation.Cancel();
            call.IsCancelled();

            pool.HasLostNothing();
            Assert.Equal(1, pool.Statistics.Cancelled);
        });

    [Fact]
    public void A_request_cancelled_between_claim_and_answer_gets_the_connection() =>
        SteppedPool.Run(2, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            PooledConnection? other = null;
            PauseBoth(pool, answer =>
            {
                other = (PooledConnection)answer;
                cancellation.Cancel();
            });
            var call = pool.Get(cancellation: cancellation.Token);
            pool.Pump();
            Assert.Equal(2, pool.Statistics.Waiting);

            // Both are claimed by one message, and the first one's answer comes first.
            pool.Manager.Tell(new Resume(), Akka.Actor.ActorRefs.NoSender);
            pool.Pump();

            Assert.True(cancellation.IsCancellationRequested);
            call.Result.Dispose();
            other!.Dispose();
            pool.HasLostNothing();
            Assert.Equal(0, pool.Statistics.Cancelled);
        });

    [Fact]
    public void A_request_cancelled_between_answer_and_await_gets_the_connection() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var call = pool.Get(cancellation: cancellation.Token);
            pool.Pump();
            Assert.True(call.IsAnswered);

            cancellation.Cancel();

            call.Result.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_return_read_before_a_cancellation_serves_the_next_request() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var cancelled = pool.Get(cancellation: cancellation.Token);
            var next = pool.Get();
            pool.Pump();

            // In the mailbox the return stands before the note of the cancellation.
            held.Dispose();
            cancellation.Cancel();
            pool.Pump();

            cancelled.IsCancelled();
            next.Result.Dispose();
            pool.HasLostNothing();
            Assert.Equal(1, pool.Statistics.Cancelled);
        });

    [Fact]
    public void A_return_at_the_moment_of_a_deadline_is_either_in_time_or_too_late() =>
        SteppedPool.Run(1, pool =>
        {
            var held = pool.Borrow();
            var late = pool.Get();
            pool.Pump();
            pool.Advance(TimeSpan.FromSeconds(2));
            held.Dispose();
            pool.Pump();
            late.IsRefused(PoolErrorKind.Timeout);

            held = pool.Borrow();
            var inTime = pool.Get();
            held.Dispose();
            pool.Advance(TimeSpan.FromSeconds(2));
            inTime.Result.Dispose();

            pool.HasLostNothing();
            Assert.Equal(1, pool.Statistics.TimedOut);
        });

    [Fact]
    public void A_request_cancelled_between_time_out_and_await_has_timed_out() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var call = pool.Get(cancellation: cancellation.Token);
            pool.Pump();
            pool.Advance(TimeSpan.FromSeconds(2));

            cancellation.Cancel();

            call.IsRefused(PoolErrorKind.Timeout);
            held.Dispose();
            pool.HasLostNothing();
            Assert.Equal((1, 0), (pool.Statistics.TimedOut, pool.Statistics.Cancelled));
        });

    [Fact]
    public void A_request_cancelled_while_the_manager_ends_has_one_answer() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var held = pool.Borrow();
            var waiting = pool.Get(cancellation: cancellation.Token);
            pool.Pump();
            var unread = pool.Get(cancellation: cancellation.Token);
            SteppedPool.Stop(pool.Manager);

            cancellation.Cancel();

            waiting.IsCancelled();
            unread.IsCancelled();
            pool.IsClosed();
            Assert.Equal(System.Data.ConnectionState.Closed, held.State);
        });

    /// <summary>Two idle connections in a paused pool, and one request whose answer the test will see.</summary>
    private static void PauseBoth(SteppedPool pool, Action<object> answered)
    {
        var (one, other) = (pool.Borrow(), pool.Borrow());
        one.Dispose();
        other.Dispose();
        pool.Manager.Tell(new Pause(), Akka.Actor.ActorRefs.NoSender);
        pool.GetThen(answered);
    }
}

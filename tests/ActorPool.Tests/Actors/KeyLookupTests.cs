using ActorPool.Tests.Actors.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors;

/// <summary>Messages to the manager with keys whose Equals is the user's: it runs on the thread pool, and everything else is as it was.</summary>
public sealed class KeyLookupTests
{
    [Fact]
    public void Messages_of_one_actor_keep_their_order_behind_a_slow_key() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var (borrower, received) = pool.NewActor();
            var lease = pool.Borrow(HeldKey.Free());
            pool.Manager.Tell(new PutConn(lease, key), borrower);
            pool.Manager.Tell(new GetStatistics(), borrower);
            pool.Manager.Tell(new GetConn(HeldKey.Free()), borrower);
            pool.Manager.Tell(new GetStatistics(), borrower);
            pool.Pump();
            Assert.Empty(received);

            key.Release();
            pool.PumpUntil(() => received.Count == 4, "all are answered");

            Assert.IsType<ConnPut>(received[0]);
            Assert.Equal(0, Assert.IsType<PoolStatistics>(received[1]).InUse);
            var next = Assert.IsAssignableFrom<PooledConnection>(received[2]);
            Assert.Equal(1, Assert.IsType<PoolStatistics>(received[3]).InUse);
            Assert.NotSame(lease, next);
            next.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void The_messages_of_another_actor_do_not_wait_for_a_slow_key() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var (slow, slows) = pool.NewActor();
            var (quick, quicks) = pool.NewActor();
            pool.Manager.Tell(new GetConn(key), slow);
            pool.Manager.Tell(new GetConn("a"), quick);
            pool.Pump();
            Assert.IsAssignableFrom<PooledConnection>(Assert.Single(quicks)).Dispose();
            Assert.Empty(slows);

            key.Release();
            pool.PumpUntil(() => slows.Count == 1, "it is answered");

            ((PooledConnection)slows[0]).Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_request_whose_key_takes_too_long_is_refused_in_time() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var (borrower, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(key), borrower);
            pool.Manager.Tell(new GetStatistics(), borrower);
            pool.Pump();
            pool.Advance(TimeSpan.FromSeconds(1));

            var error = Assert.IsType<PoolException>(Assert.IsType<Status.Failure>(received[0]).Cause);
            Assert.Equal(PoolErrorKind.Timeout, error.Kind);
            Assert.Contains("Equals or GetHashCode", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, Assert.IsType<PoolStatistics>(received[1]).TimedOut);

            key.Release();
            pool.PumpUntil(() => !pool.Context.Keys.All.Any(), "the key that came too late is forgotten");
            Assert.Equal(2, received.Count);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_request_waits_for_its_key_and_a_connection_within_one_time_out() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var held = pool.Borrow();
            var asked = pool.Manager.Ask<PooledConnection>(new GetConn(key) { Timeout = TimeSpan.FromSeconds(1) }, Timeout.InfiniteTimeSpan);
            pool.PumpUntil(() => key.IsLookedAt, "the key is looked at");
            pool.Advance(TimeSpan.FromMilliseconds(700));
            key.Release();
            pool.PumpUntil(() => pool.Statistics.Waiting == 1, "it waits for a connection");

            pool.Advance(TimeSpan.FromMilliseconds(350));
            pool.PumpUntil(() => asked.IsCompleted, "it is refused");

            Assert.Equal(PoolErrorKind.Timeout, Assert.IsType<PoolException>(asked.Exception!.InnerException).Kind);
            held.Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void An_exception_of_a_key_goes_to_its_sender_and_later_messages_are_handled() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey { Throws = true };
            key.Release();
            var (borrower, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(key), borrower);
            pool.Manager.Tell(new GetConn(), borrower);
            pool.PumpUntil(() => received.Count == 1, "it is answered");

            Assert.IsType<InvalidTimeZoneException>(Assert.IsType<Status.Failure>(received[0]).Cause);
            ((PooledConnection)received[1]).Dispose();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_crash_during_a_lookup_answers_its_message_and_the_later_ones_once() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var (borrower, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(key), borrower);
            pool.Manager.Tell(new GetStatistics(), borrower);
            pool.Pump();
            pool.Crash();
            pool.Pump();
            Assert.Equal(2, received.Count);
            Assert.All(received, answer => Assert.IsType<Status.Failure>(answer));

            key.Release();
            pool.PumpUntil(() => !pool.Context.Keys.All.Any(), "the key that came too late is forgotten");

            Assert.Equal(2, received.Count);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_pool_that_ends_during_a_lookup_answers_its_message_and_the_later_ones() =>
        SteppedPool.Run(1, pool =>
        {
            using var key = new HeldKey();
            var (borrower, received) = pool.NewActor();
            pool.Manager.Tell(new GetConn(key), borrower);
            pool.Manager.Tell(new GetConn(), borrower);
            pool.Pump();
            SteppedPool.Stop(pool.Manager);
            pool.Pump();

            Assert.Equal(2, received.Count);
            Assert.All(received, answer => Assert.Equal(PoolErrorKind.Closed, ((PoolException)((Status.Failure)answer).Cause).Kind));
        });

    /// <summary>A user's key that is looked at when the test lets it. All of them are equal.</summary>
    private sealed class HeldKey : IDisposable
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

        private readonly ManualResetEventSlim _released = new();
        private volatile bool _isLookedAt;

        /// <summary>One that nothing holds.</summary>
        public static HeldKey Free()
        {
            var key = new HeldKey();
            key.Release();
            return key;
        }

        public bool Throws { get; init; }

        public bool IsLookedAt => _isLookedAt;

        public void Release() => _released.Set();

        public override bool Equals(object? obj)
        {
            Look();
            return obj is HeldKey;
        }

        public override int GetHashCode()
        {
            Look();
            return 1;
        }

        public void Dispose() => _released.Set();

        private void Look()
        {
            _isLookedAt = true;
            _released.Wait(Limit);
            if (Throws)
                throw new InvalidTimeZoneException("on purpose");
        }
    }
}

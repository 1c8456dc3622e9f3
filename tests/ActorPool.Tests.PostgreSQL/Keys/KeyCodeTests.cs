using System.Collections.Concurrent;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Akka.Actor.Internal;

namespace ActorPool.Tests.PostgreSQL.Keys;

/// <summary>The Equals and GetHashCode of a user's key: where they run, and what happens when they block.</summary>
public sealed class KeyCodeTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Locks_held_around_a_borrow_and_taken_by_a_key_do_not_stop_the_pool()
    {
        var pool = await StartAsync(3, 3);
        object l = new(), m = new();
        using var hasM = new ManualResetEventSlim();
        using var hasL = new ManualResetEventSlim();
        using var comesToKey = new ManualResetEventSlim();

        var u2 = OnThread(() =>
        {
            lock (m)
            {
                hasM.Set();
                hasL.Wait(Soon);
                lock (l)
                    return 2;
            }
        });
        hasM.Wait(Soon);
        var u3 = OnThread(() =>
        {
            pool.GetConnAsync(new WatchedKey(_ =>
            {
                comesToKey.Set();
                lock (m)
                {
                }
            })).AsTask().GetAwaiter().GetResult().Dispose();
            return 3;
        });
        comesToKey.Wait(Soon);
        var u1 = OnThread(() =>
        {
            lock (l)
            {
                hasL.Set();
                pool.GetConnAsync().AsTask().GetAwaiter().GetResult().Dispose();
                return 1;
            }
        });

        var served = await Task.WhenAll(u1, u2, u3).WaitAsync(Soon);
        Assert.Equal([1, 2, 3], served);
    }

    public static TheoryData<KeySharing> Sharing() => [KeySharing.Shared, KeySharing.Exclusive];

    [Theory]
    [MemberData(nameof(Sharing))]
    public async Task The_manager_runs_no_code_of_a_key(KeySharing sharing)
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = sharing, KeyMemory = 1 });
        var runs = new ConcurrentQueue<(int Thread, bool IsPool, bool IsManager)>();
        WatchedKey Key(int number = 0) => new(_ => runs.Enqueue(
            (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread, Equals(InternalCurrentActorCellKeeper.Current?.Self, pool.Manager))), number);

        // Through the facade, on the borrower's own thread: two equal keys, a wait, a return, and more keys than are remembered.
        var thread = await OnThread(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                var lease = pool.GetConnAsync(Key(i % 3)).AsTask().GetAwaiter().GetResult();
                var joins = pool.GetConnAsync(Key(i % 3)).AsTask();
                pool.PutConnAsync(lease, Key(i % 3)).AsTask().GetAwaiter().GetResult();
                joins.GetAwaiter().GetResult().Dispose();
            }

            return Environment.CurrentManagedThreadId;
        });
        Assert.NotEmpty(runs);
        Assert.All(runs, run => Assert.Equal((thread, false, false), run));

        // By messages, on the thread pool.
        runs.Clear();
        for (var i = 0; i < 20; i++)
        {
            var lease = await OnThread(() => pool.Manager.Ask<PooledConnection>(new GetConn(Key(i % 3)), Soon).GetAwaiter().GetResult());
            await OnThread(() => pool.Manager.Ask<ConnPut>(new PutConn(lease, Key(i % 3)), Soon).GetAwaiter().GetResult());
        }

        Assert.NotEmpty(runs);
        Assert.All(runs, run => Assert.Equal((true, false), (run.IsPool, run.IsManager)));
    }

    [Fact]
    public async Task A_manager_that_is_made_again_runs_no_code_of_a_key()
    {
        var pool = await StartAsync(1, 2);
        var runs = 0;
        WatchedKey Key() => new(_ => Interlocked.Increment(ref runs));
        var lease = await pool.GetConnAsync(Key());
        var before = Volatile.Read(ref runs);

        pool.Manager.Tell(new GetStatistics(), new ThrowingRef(Sys));
        Assert.Single(await pool.GetLeasesAsync());

        // The key is in use as before: the next borrower joins the lease.
        Assert.Equal(before, Volatile.Read(ref runs));
        Assert.Same(lease, await pool.GetConnAsync(Key()));
        await lease.DisposeAsync();
    }

    public static TheoryData<string> Ways() => ["facade", "ask", "put", "ask put"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_key_that_blocks_holds_up_its_own_borrower_alone(string way)
    {
        var pool = await StartAsync(3, 3);
        using var entered = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var lease = await pool.GetConnAsync(new WatchedKey(_ => { }));
        var blocks = new WatchedKey(
            _ =>
            {
                entered.Set();
                released.Wait(Soon);
            });

        var held = OnThread(() =>
        {
            switch (way)
            {
                case "facade":
                    pool.GetConnAsync(blocks).AsTask().GetAwaiter().GetResult().Dispose();
                    break;
                case "ask":
                    pool.Manager.Ask<PooledConnection>(new GetConn(blocks), Soon).GetAwaiter().GetResult().Dispose();
                    break;
                case "put":
                    pool.PutConnAsync(lease, blocks).AsTask().GetAwaiter().GetResult();
                    break;
                default:
                    pool.Manager.Ask<ConnPut>(new PutConn(lease, blocks), Soon).GetAwaiter().GetResult();
                    break;
            }

            return 0;
        });
        Assert.True(entered.Wait(Soon));

        // A key of the same hash code, another key, no key; by message and by the facade.
        await using (await pool.GetConnAsync(new WatchedKey(_ => { }, 7)).AsTask().WaitAsync(Soon))
        await using (await pool.Manager.Ask<PooledConnection>(new GetConn(new WatchedKey(_ => { }, 8)), Soon))
            Assert.Equal(3, pool.Statistics.InUse);
        await using (await pool.GetConnAsync("a").AsTask().WaitAsync(Soon))
        await using (await pool.GetConnAsync().AsTask().WaitAsync(Soon))
            Assert.Equal(3, pool.Statistics.InUse);

        Assert.False(held.IsCompleted);
        released.Set();
        await held.WaitAsync(Soon);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task Keys_made_to_collide_cost_a_bounded_number_of_comparisons()
    {
        var pool = await StartAsync(1, 1);
        var compared = 0L;
        for (var i = 0; i < 500; i++)
            await (await pool.GetConnAsync(new WatchedKey(what => compared += what == nameof(Equals) ? 1 : 0, i))).DisposeAsync();

        Assert.InRange(compared, 1, 500 * (Core.Keys.KeyTable.MostOfOneHash + 2));
    }

    private static Task<T> OnThread<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A key that reports when its code runs. Keys of the same number are equal, and all have one hash code.</summary>
    private sealed class WatchedKey(Action<string> runs, int number = 0)
    {
        private int Number { get; } = number;

        public override bool Equals(object? obj)
        {
            runs(nameof(Equals));
            return obj is WatchedKey other && other.Number == Number;
        }

        public override int GetHashCode()
        {
            runs(nameof(GetHashCode));
            return 1;
        }
    }
}

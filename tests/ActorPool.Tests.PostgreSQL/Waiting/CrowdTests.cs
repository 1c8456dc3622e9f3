using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Waiting;

/// <summary>Extreme numbers of keys, requests and cancellations leave no memory behind.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "Each is consumed once at most, and a task for each would be as many more objects.")]
[Collection(AloneCollection.Name)]
public sealed class CrowdTests : PoolTest
{
    [Fact]
    public async Task Two_hundred_thousand_keys_leave_no_more_behind_than_key_memory()
    {
        const int Callers = 8;
        const int Each = 200_000 / Callers;
        // Nothing here costs a round trip.
        var pool = await StartAsync(4, 4, settings => settings with { DiscardOnKeyChange = false, ValidateAfterIdle = Timeout.InfiniteTimeSpan, AcquireTimeout = TimeSpan.FromMinutes(2) });
        await UseAsync(pool, -1, 1000);
        var before = Memory.Kept();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => UseAsync(pool, caller, Each))));

        Assert.Equal(0, pool.Statistics.InUse);
        Assert.Equal((Callers * Each) + 1000, pool.Statistics.KeyedGrants);
        await Memory.HasNotGrownAsync(before, 16);
        Assert.InRange(await Backends.CountAsync(), 1, 4);
    }

    [Fact]
    public async Task Two_hundred_thousand_requests_too_many_are_refused_and_leave_nothing_behind()
    {
        const int Rounds = 40;
        const int Each = 5000;
        var pool = await StartAsync(1, 1, settings => settings with { MaxWaiting = 3, AcquireTimeout = TimeSpan.FromMinutes(2) });
        var held = await pool.GetConnAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => pool.GetConnAsync().AsTask()).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 3, "three wait");
        var before = Memory.Kept();
        var refused = new ValueTask<PooledConnection>[Each];
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Each; i++)
                refused[i] = pool.GetConnAsync();
            // Throwing so many errors would only measure the runtime: the last error of each round stands for the others.
            var error = await Assert.ThrowsAsync<PoolException>(() => refused[^1].AsTask());
            Assert.Equal(PoolErrorKind.TooManyWaiting, error.Kind);
            Assert.True(Array.TrueForAll(refused[..^1], one => one.IsFaulted));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"One round took {clock.Elapsed}.");
        }

        Array.Clear(refused);
        Assert.Equal(Rounds * Each, pool.Statistics.TooManyWaiting);
        Assert.Equal(3, pool.Statistics.Waiting);
        await Memory.HasNotGrownAsync(before, 16);
        await ServeAsync(held, waiting);
    }

    [Fact]
    public async Task A_hundred_thousand_Asks_too_many_are_refused_and_leave_no_watch()
    {
        var pool = await StartAsync(1, 1, settings => settings with { MaxWaiting = 1, AcquireTimeout = TimeSpan.FromMinutes(2) });
        var held = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "one waits");
        var before = Memory.Kept();

        for (var i = 0; i < 100_000; i++)
            pool.Manager.Tell(new GetConn(i), TestActor);
        await Task.Run(() => ReceiveN(100_000, TimeSpan.FromSeconds(90)).All(answer => answer is Status.Failure { Cause: PoolException { Kind: PoolErrorKind.TooManyWaiting } } ? true : throw new InvalidOperationException($"{answer}")));

        await Memory.HasNotGrownAsync(before, 32);
        await ServeAsync(held, waiting);
    }

    [Fact]
    public async Task A_hundred_thousand_cancelled_requests_leave_nothing_behind()
    {
        const int Crowd = 100_000;
        var pool = await StartAsync(1, 1, settings => settings with { MaxWaiting = Crowd, AcquireTimeout = TimeSpan.FromMinutes(5) });
        var held = await pool.GetConnAsync();
        var before = Memory.Kept();

        await WaitAndGiveUpAsync(pool, Crowd);

        Assert.Equal(Crowd, pool.Statistics.Cancelled);
        await Memory.HasNotGrownAsync(before, 16);
        await ServeAsync(held, pool.GetConnAsync().AsTask());
    }

    [Fact]
    public async Task The_largest_maximum_costs_nothing_until_it_is_used()
    {
        var before = Memory.Kept();
        var pool = await StartAsync(1, int.MaxValue, settings => settings with { MaxWaiting = int.MaxValue, KeyMemory = int.MaxValue, MaxConcurrentOpens = int.MaxValue });
        await using var simple = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, int.MaxValue));
        await Memory.HasNotGrownAsync(before, 16);

        var leases = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => pool.GetConnAsync().AsTask()));
        foreach (var lease in leases)
            await lease.DisposeAsync();
        await using (await simple.GetConnAsync())
        {
        }

        Assert.Equal(int.MaxValue, pool.Statistics.Max);
        Assert.InRange(pool.Statistics.Open, 1, 5);
        await pool.ResizeAsync(0, 1);
        await EventuallyAsync(() => pool.Statistics.Open == 1, "one is left");
        await pool.ResizeAsync(1, int.MaxValue);
        await using var last = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(last, "SELECT 1"));
    }

    private static async Task UseAsync(ConnectionPool pool, int caller, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var lease = await pool.GetConnAsync((caller, i)).ConfigureAwait(false);
            await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task WaitAndGiveUpAsync(ConnectionPool pool, int crowd)
    {
        using var patience = new CancellationTokenSource();
        var waiting = new ValueTask<PooledConnection>[crowd];
        for (var i = 0; i < crowd; i++)
            waiting[i] = pool.GetConnAsync(i % 100 == 0 ? i : null, patience.Token);
        await EventuallyAsync(() => pool.Statistics.Waiting == crowd, "all wait", TimeSpan.FromSeconds(60));

        await patience.CancelAsync();

        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "no request waits", TimeSpan.FromSeconds(60));
        Assert.True(Array.TrueForAll(waiting, one => one.IsCompleted && !one.IsCompletedSuccessfully));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[0].AsTask());
    }

    /// <summary>The pool works: a returned connection goes to a waiter.</summary>
    private static async Task ServeAsync(PooledConnection held, params Task<PooledConnection>[] waiting)
    {
        await held.DisposeAsync();
        foreach (var task in waiting)
        {
            await using var lease = await task.WaitAsync(TimeSpan.FromSeconds(15));
            Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        }
    }
}

using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>An idle connection is lent within the call, without another thread.</summary>
public sealed class AtOnceTests : PoolTest
{
    [Fact]
    public async Task A_borrow_and_a_return_are_done_within_their_calls()
    {
        var pool = await StartAsync(1, 1);
        await EventuallyAsync(() => BorrowsAtOnce(pool), "the manager is at rest");
    }

    [Fact]
    public async Task A_borrow_of_a_key_leaves_nothing_to_the_next_borrow_on_its_thread()
    {
        var pool = await StartAsync(2, 2);
        for (var i = 0; i < 100; i++)
        {
            await using (var keyed = await pool.GetConnAsync($"key {i % 3}"))
                Assert.Equal($"key {i % 3}", keyed.Key);
            await using var unkeyed = await pool.GetConnAsync();
            Assert.Null(unkeyed.Key);
        }
    }

    [Fact]
    public async Task Borrows_on_many_threads_never_share_a_lease()
    {
        var pool = await StartAsync(4, 4);
        var holders = new int[4];

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                await using var lease = await pool.GetConnAsync();
                Assert.Equal(1, Interlocked.Increment(ref holders[lease.Place.Slot.Index]));
                if (i % 7 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref holders[lease.Place.Slot.Index]);
            }
        })));

        Assert.Equal(80_000, pool.Statistics.Granted);
        Assert.Equal((0, 0), (pool.Statistics.InUse, pool.Statistics.Waiting));
    }

    [Fact]
    public async Task A_cancelled_borrow_does_not_cancel_a_later_borrow_of_the_same_thread()
    {
        var pool = await StartAsync(1, 1);
        for (var i = 0; i < 50; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var held = await pool.GetConnAsync(cancellationToken: cancellation.Token);
            var waiting = pool.GetConnAsync(cancellationToken: cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            await held.DisposeAsync();
            await using var next = await pool.GetConnAsync();
            Assert.False(next.IsOver);
        }

        Assert.Equal(50, pool.Statistics.Cancelled);
    }

    private static bool BorrowsAtOnce(ConnectionPool pool)
    {
        var borrow = pool.GetConnAsync();
        if (!borrow.IsCompletedSuccessfully)
        {
            borrow.AsTask().GetAwaiter().GetResult().Dispose();
            return false;
        }

        var isBack = pool.PutConnAsync(borrow.Result);
        var isAtOnce = isBack.IsCompletedSuccessfully;
        isBack.AsTask().GetAwaiter().GetResult();
        return isAtOnce;
    }
}

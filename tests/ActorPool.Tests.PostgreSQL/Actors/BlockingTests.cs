using ActorPool.Tests.PostgreSQL.Support;

#pragma warning disable CA2012 // Users block on what the facade returns; here it must block.

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>Callers that block on a pending borrow or return, or use it otherwise than by one await.</summary>
public sealed class BlockingTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Ways() => ["GetAwaiter", "Result", "AsTask", "Preserve"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Threads_that_block_on_a_pending_borrow_all_get_a_connection(string way)
    {
        var pool = await StartAsync(4, 4);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    using var lease = Block(pool.GetConnAsync());
                    Assert.False(lease.IsOver);
                    Thread.Sleep(1);
                }
            },
            TaskCreationOptions.LongRunning))).WaitAsync(Soon);

        Assert.Equal((160, 0, 0), (pool.Statistics.Granted, pool.Statistics.InUse, pool.Statistics.Waiting));
        PooledConnection Block(ValueTask<PooledConnection> borrow) => way switch
        {
            "GetAwaiter" => borrow.GetAwaiter().GetResult(),
            "Result" => borrow.Result,
            "AsTask" => borrow.AsTask().Result,
            _ => borrow.Preserve().Result,
        };
    }

    [Fact]
    public async Task A_thread_that_blocks_on_a_borrow_can_be_cancelled_and_nothing_is_lost()
    {
        var pool = await StartAsync(1, 1);
        using var cancellation = new CancellationTokenSource();
        var held = await pool.GetConnAsync();
        var blocked = OnThread(() => pool.GetConnAsync(cancellationToken: cancellation.Token).GetAwaiter().GetResult());
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked.WaitAsync(Soon));
        await held.DisposeAsync();
        await using var next = await pool.GetConnAsync();
    }

    [Fact]
    public async Task A_thread_that_blocks_on_a_borrow_is_refused_at_its_timeout()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(100) });
        await using var held = await pool.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => OnThread(() => pool.GetConnAsync().GetAwaiter().GetResult()).WaitAsync(Soon));

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
    }

    [Fact]
    public async Task A_thread_that_blocks_on_a_return_goes_on_when_that_is_decided()
    {
        using var blocker = new BlockingRef(Sys);
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await blocker.HoldUpAsync(pool.Manager);
        var isSent = new TaskCompletionSource();
        var blocked = OnThread(() =>
        {
            var put = pool.PutConnAsync(lease);
            isSent.SetResult();
            put.GetAwaiter().GetResult();
            return lease.State;
        });
        await isSent.Task;
        Assert.False(blocked.IsCompleted);

        blocker.Release();

        Assert.Equal(System.Data.ConnectionState.Closed, await blocked.WaitAsync(Soon));
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Fact]
    public async Task A_thread_of_a_user_interface_can_block_on_a_borrow()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var blocked = OnThread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new DeadContext());
            return pool.GetConnAsync().GetAwaiter().GetResult();
        });
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await held.DisposeAsync();

        await (await blocked.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task A_borrow_that_is_awaited_again_says_what_is_wrong_and_keeps_the_lease()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var borrow = pool.GetConnAsync();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        await held.DisposeAsync();
        await using var lease = await borrow;

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await borrow);

        Assert.Contains("AsTask()", error.Message, StringComparison.Ordinal);
        Assert.False(lease.IsOver);
    }

    [Fact]
    public async Task A_borrow_awaited_twice_at_once_gives_one_lease_and_one_error()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var borrow = pool.GetConnAsync();
        Task<PooledConnection>[] awaits = [AwaitAsync(borrow), AwaitAsync(borrow)];
        await held.DisposeAsync();
        await EventuallyAsync(() => awaits.All(one => one.IsCompleted), "both go on");

        await using var lease = await Assert.Single(awaits, one => one.IsCompletedSuccessfully);
        Assert.False(lease.IsOver);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => awaits.Single(one => one.IsFaulted));
        Assert.Contains("AsTask()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_borrow_kept_as_a_task_can_be_awaited_and_blocked_on_repeatedly()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var borrow = pool.GetConnAsync().AsTask();
        await held.DisposeAsync();

        await using var lease = await borrow;
        Assert.Same(lease, await borrow);
        Assert.Same(lease, await OnThread(() => borrow.Result));
    }

    private static async Task<PooledConnection> AwaitAsync(ValueTask<PooledConnection> borrow) => await borrow;

    private static Task<T> OnThread<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A context with a blocked thread: work that is posted to it never runs.</summary>
    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}

using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>A caller continues in its own context, never on a thread of the pool's actors.</summary>
public sealed class CallerContextTests : PoolTest
{
    [Fact]
    public async Task A_caller_goes_on_in_its_own_context()
    {
        var pool = await StartAsync(1, 1);
        await using var first = await pool.GetConnAsync();
        var context = new Recording();

        var borrowed = InAsync(context, async () =>
        {
            await using var lease = await pool.GetConnAsync();
            return SynchronizationContext.Current;
        });
        await first.DisposeAsync();

        Assert.Same(context, await borrowed);
        Assert.True(context.Posts > 0);
    }

    [Fact]
    public async Task A_context_that_runs_its_callbacks_at_once_does_not_hold_up_the_pool()
    {
        var pool = await StartAsync(1, 1);
        var first = await pool.GetConnAsync();
        using var release = new ManualResetEventSlim();

        var blocked = InAsync(new Inline(), async () =>
        {
            await using var lease = await pool.GetConnAsync();
            release.Wait();
            return 0;
        });
        var behind = pool.GetConnAsync().AsTask();
        await pool.PutConnAsync(first);
        await EventuallyAsync(() => pool.Statistics is { InUse: 1, Waiting: 1 }, "the first caller has it");
        await pool.ResizeAsync(1, 2);
        await using (await behind.WaitAsync(TimeSpan.FromSeconds(10)))
            release.Set();

        await blocked;
    }

    [Fact]
    public async Task A_closed_context_harms_neither_the_pool_nor_its_caller()
    {
        var pool = await StartAsync(1, 1);
        var first = await pool.GetConnAsync();
        var borrowed = InAsync(new Ended(), async () =>
        {
            await using var lease = await pool.GetConnAsync();
            return await PidAsync(lease);
        });
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the caller waits");

        await first.DisposeAsync();

        await using var other = await pool.GetConnAsync();
        Assert.Equal(await borrowed.WaitAsync(TimeSpan.FromSeconds(10)), await PidAsync(other));
    }

    private static Task<T> InAsync<T>(SynchronizationContext context, Func<Task<T>> work)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class Recording : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Posts++;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SetSynchronizationContext(this);
                d(state);
            });
        }
    }

    private sealed class Inline : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class Ended : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("This loop has ended.");
    }
}

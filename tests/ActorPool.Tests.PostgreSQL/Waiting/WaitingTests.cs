using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Waiting;

public sealed class WaitingTests : PoolTest
{
    [Fact]
    public async Task Requests_are_served_in_the_order_in_which_they_came()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var order = new List<int>();
        var waiters = new List<Task>();
        for (var i = 0; i < 50; i++)
        {
            var number = i;
            waiters.Add(ServeAsync());
            await EventuallyAsync(() => pool.Statistics.Waiting == number + 1, "the request waits");

            async Task ServeAsync()
            {
                await using var connection = await pool.GetConnAsync();
                order.Add(number);
            }
        }

        await held.DisposeAsync();
        await Task.WhenAll(waiters);

        Assert.Equal(Enumerable.Range(0, 50), order);
    }

    [Fact]
    public async Task A_request_is_refused_at_its_timeout()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(300) });
        var held = await pool.GetConnAsync();
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        // The accuracy of the time-outs is tested on virtual time.
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(5));
        Assert.Equal(1, pool.Statistics.TimedOut);
        await held.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_queue_at_once()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = pool.GetConnAsync(cancellation.Token).AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await cancellation.CancelAsync();

        Assert.Equal(cancellation.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "no request waits");
        await held.DisposeAsync();
        Assert.Equal(1, pool.Statistics.Cancelled);
    }

    [Fact]
    public async Task Many_short_uses_at_once_share_few_connections()
    {
        var pool = await StartAsync(1, 50);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            await using var connection = await pool.GetConnAsync();
            await ScalarAsync(connection, "SELECT pg_sleep(0.0005)");
        }));

        Assert.InRange(pool.Statistics.Opened, 1, 15);
    }

    [Fact]
    public async Task Continuations_do_not_run_on_the_managers_thread()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();
        using var release = new ManualResetEventSlim();
        var blocked = waiting.ContinueWith(_ => release.Wait(TimeSpan.FromSeconds(60)), TaskContinuationOptions.ExecuteSynchronously);

        await held.DisposeAsync();
        await EventuallyAsync(() => waiting.IsCompleted, "it is served");

        // The continuation blocks its thread, and the manager still answers.
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), TimeSpan.FromSeconds(15));
        release.Set();
        await blocked;
    }
}

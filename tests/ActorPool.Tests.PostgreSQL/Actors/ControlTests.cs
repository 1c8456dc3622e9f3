using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The commands of an operator to a running pool.</summary>
public sealed class ControlTests : PoolTest
{
    [Fact]
    public async Task A_larger_pool_serves_waiters_and_a_smaller_pool_has_fewer_backends()
    {
        var pool = await StartAsync(1, 1);
        var first = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();

        await pool.ResizeAsync(2, 3);
        var second = await waiting;
        Assert.Equal(2, await Backends.CountAsync());
        Assert.Equal((2, 3), (pool.Statistics.Min, pool.Statistics.Max));

        await pool.ResizeAsync(0, 1);
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1));
        await using var one = await pool.GetConnAsync();
        await Assert.ThrowsAsync<PoolException>(async () => await pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.FromMilliseconds(50) }));
    }

    [Fact]
    public async Task A_drained_pool_has_new_backends_and_never_more_than_its_maximum()
    {
        var pool = await StartAsync(4, 4);
        var lease = await pool.GetConnAsync();
        var kept = await PidAsync(lease);
        var before = await Backends.PidsAsync();
        var most = Backends.MostDuringAsync(DrainAndReturnAsync());

        Assert.True(await most <= 4);
        await EventuallyAsync(() => pool.Statistics.Idle == 4, "four idle ones");
        Assert.Empty((await Backends.PidsAsync()).Intersect(before));

        async Task DrainAndReturnAsync()
        {
            await pool.DrainAsync();
            await EventuallyAsync(() => pool.Statistics is { Idle: 3, InUse: 1, Closing: 0, Opening: 0 }, "three new ones");
            Assert.Equal(kept, await PidAsync(lease));
            await lease.DisposeAsync();
            await EventuallyAsync(() => pool.Statistics is { Idle: 4 }, "the last one");
        }
    }

    [Fact]
    public async Task A_pause_waits_for_lent_connections_and_new_requests_wait_for_its_end()
    {
        var pool = await StartAsync(2, 2);
        var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "BEGIN");

        var paused = pool.PauseAsync(untilReturned: true);
        var waiting = pool.GetConnAsync().AsTask();
        var asking = pool.Manager.Ask<PooledConnection>(new GetConn());
        await EventuallyAsync(() => pool.Statistics.Waiting == 2, "two who wait");
        Assert.True(pool.Statistics.IsPaused);
        Assert.False(paused.IsCompleted);
        await lease.DisposeAsync();
        await paused;
        Assert.Equal(0, await Backends.CountAsync("state LIKE 'idle in transaction%'"));
        Assert.False(waiting.IsCompleted || asking.IsCompleted);

        await pool.ResumeAsync();
        await using var one = await waiting;
        await using var other = await asking;
    }

    [Fact]
    public async Task A_failover_under_a_pause_causes_no_error()
    {
        var pool = await StartAsync(3, 3);
        await pool.PauseAsync(untilReturned: true);
        var waiting = Enumerable.Range(0, 20).Select(_ => UseAsync()).ToArray();
        Assert.Equal(3, await Backends.TerminateAsync());
        await Backends.WaitForAsync(0);

        await pool.ResumeAsync();

        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(1, answer));

        async Task<int> UseAsync()
        {
            await using var connection = await pool.GetConnAsync();
            return (int)(await ScalarAsync(connection, "SELECT 1"))!;
        }
    }

    [Fact]
    public async Task A_pause_that_is_ended_before_everything_is_returned_says_so()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        var paused = pool.PauseAsync(untilReturned: true);

        await pool.ResumeAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => paused);
    }

    [Fact]
    public async Task The_list_of_leases_shows_borrower_key_backend_and_time()
    {
        var pool = await StartAsync(1, 3);
        await using var plain = await pool.GetConnAsync();
        await using var keyed = await pool.GetConnAsync("tenant");
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor), "owner");
        await ExpectMsgAsync<BorrowerActor.Borrowed>();

        var leases = await pool.GetLeasesAsync();

        Assert.Equal([null, "tenant", null], leases.Select(lease => lease.Key));
        Assert.Contains("ControlTests.cs:", leases[0].Borrower, StringComparison.Ordinal);
        Assert.EndsWith(borrower.Path.Name, leases[2].Borrower.Split('#')[0], StringComparison.Ordinal);
        Assert.Equal(await PidAsync(keyed), leases[1].ProcessId);
        Assert.True(leases[0].Held >= leases[1].Held);
        Assert.Equal(3, (await pool.Manager.Ask<PoolLease[]>(new GetLeases())).Length);
    }

    [Fact]
    public async Task A_closed_pool_refuses_every_command()
    {
        var pool = await StartAsync(1, 1);
        await pool.CloseAllAsync();

        foreach (var order in new Func<Task>[] { () => pool.ResizeAsync(1, 2), pool.DrainAsync, () => pool.PauseAsync(), pool.ResumeAsync, pool.GetLeasesAsync })
            Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(order)).Kind);
        await pool.DisposeAsync();
        foreach (var order in new Func<Task>[] { () => pool.ResizeAsync(1, 2), pool.GetLeasesAsync })
            Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(order)).Kind);
    }

    [Fact]
    public async Task A_pool_is_found_by_its_name_while_it_lives()
    {
        var pool = await StartAsync(0, 1, settings => settings with { Name = "orders" });
        Assert.Same(pool, ConnectionPool.Find(Sys, "orders"));
        Assert.Null(ConnectionPool.Find(Sys));

        await pool.DisposeAsync();

        Assert.Null(ConnectionPool.Find(Sys, "orders"));
    }
}

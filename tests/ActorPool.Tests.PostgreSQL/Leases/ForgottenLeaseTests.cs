using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A lease that is neither returned nor referenced is found by the garbage collector.</summary>
public sealed class ForgottenLeaseTests : PoolTest
{
    [Fact]
    public async Task A_forgotten_lease_is_taken_back_with_a_warning_that_names_the_place()
    {
        var pool = await StartAsync(1, 1);

        await EventFilter.Warning(new Regex($@"not returned.*{nameof(ForgottenLeaseTests)}\.cs:[1-9]\d*")).ExpectOneAsync(async () =>
        {
            var pid = await ForgetAsync(pool);
            Assert.Equal(1, pool.Statistics.Granted);

            await CollectUntilAsync(() => pool.Statistics is { Reclaimed: 1, EndedByForce: 1, ClosedByForce: 1, InUse: 0, Idle: 1 }, "it is taken back and replaced");

            Assert.Equal(0, await Backends.WaitForAsync(0, $"pid = {pid}"));
            await using var next = await pool.GetConnAsync();
            Assert.NotEqual(pid, await PidAsync(next));
        });
    }

    [Fact]
    public async Task A_forgotten_lease_of_an_Ask_is_named_by_its_sender()
    {
        var pool = await StartAsync(1, 1);

        await EventFilter.Warning(new Regex(@"not returned.*Borrowed by akka://test/temp/")).ExpectOneAsync(async () =>
        {
            await ForgetByAskAsync(pool);
            await CollectUntilAsync(() => pool.Statistics.Reclaimed == 1, "it is taken back");
        });
    }

    [Fact]
    public async Task A_lease_that_an_actor_forgot_is_named_by_the_actor()
    {
        var pool = await StartAsync(1, 1);

        await EventFilter.Warning(new Regex(@"not returned.*Borrowed by akka://test/user/dropper")).ExpectOneAsync(async () =>
        {
            Sys.ActorOf(Props.Create(() => new Dropper(pool.Manager, TestActor)), "dropper");
            await ExpectMsgAsync("dropped");
            await CollectUntilAsync(() => pool.Statistics.Reclaimed == 1, "it is taken back");
        });
    }

    [Fact]
    public async Task A_lease_that_is_still_referenced_is_never_taken_back()
    {
        var pool = await StartAsync(2, 2);
        var kept = await pool.GetConnAsync();
        var pid = await PidAsync(kept);

        // The other lease shows that the collector has run.
        for (var round = 1; round <= 3; round++)
        {
            await ForgetAsync(pool);
            var rounds = round;
            await CollectUntilAsync(() => pool.Statistics.Reclaimed == rounds, "the other one is taken back");
        }

        Assert.Equal(pid, await PidAsync(kept));
        Assert.Equal((3, 1), (pool.Statistics.Reclaimed, pool.Statistics.InUse));
        await kept.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_that_was_returned_is_never_taken_back()
    {
        var pool = await StartAsync(2, 2);
        for (var i = 0; i < 20; i++)
            await UseAsync(pool, i);
        await ForgetAsync(pool);

        await CollectUntilAsync(() => pool.Statistics.Reclaimed > 0, "the one that was not is taken back");

        Assert.Equal(1, pool.Statistics.Reclaimed);
    }

    [Fact]
    public async Task A_shared_lease_stays_while_one_borrower_references_it()
    {
        var pool = await StartAsync(2, 2);
        var kept = await pool.GetConnAsync("k");
        var pid = await PidAsync(kept);
        await ForgetAsync(pool, "k");
        await ForgetAsync(pool);
        await CollectUntilAsync(() => pool.Statistics.Reclaimed == 1, "the one without a key is taken back");

        Assert.Equal(pid, await PidAsync(kept));
        Assert.Same(kept, await pool.GetConnAsync("k"));
        GC.KeepAlive(kept);
        await pool.PutConnAsync(kept, "k");
    }

    [Fact]
    public async Task A_joiner_of_a_forgotten_lease_keeps_the_lease_that_it_got()
    {
        var pool = await StartAsync(2, 2);
        for (var round = 0; round < 50; round++)
        {
            await ForgetAsync(pool, "k");
            // The object may be collected before, while or after another borrower joins.
            var collection = Task.Run(() => GC.Collect());
            var joined = await pool.GetConnAsync("k");
            await collection;
            GC.WaitForPendingFinalizers();

            Assert.Equal(1L, await ScalarAsync(joined, "SELECT 1::bigint"));
            Assert.Same(joined, await pool.GetConnAsync("k"));
            await pool.PutConnAsync(joined, "k");
        }

        await CollectUntilAsync(() => pool.Statistics is { InUse: 0, Idle: 2 }, "everything is back");
    }

    [Fact]
    public async Task A_joiner_between_the_collection_and_its_notice_keeps_the_lease()
    {
        var pool = await StartAsync(2, 2);
        // The only finalizer thread is held up.
        var (held, until) = (new TaskCompletionSource(), new TaskCompletionSource());
        HoldUpFinalizers(held, until);
        PooledConnection joined;
        int pid;
        try
        {
            await CollectUntilAsync(() => held.Task.IsCompleted, "it is held up", waitForFinalizers: false);
            pid = await ForgetAsync(pool, "k");
            var lost = await ForgetWeaklyAsync(pool, "k");
            await CollectUntilAsync(() => !lost.TryGetTarget(out _), "the object is collected and its finalizer has not run", waitForFinalizers: false);

            joined = await pool.GetConnAsync("k");
        }
        finally
        {
            until.SetResult();
        }

        GC.WaitForPendingFinalizers();
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), TimeSpan.FromSeconds(15));
        Assert.Equal(pid, await PidAsync(joined));
        Assert.Equal((0, 1), (pool.Statistics.Reclaimed, pool.Statistics.InUse));
        await pool.PutConnAsync(joined, "k");
    }

    [Fact]
    public async Task A_query_that_runs_on_a_forgotten_lease_comes_to_its_end_first()
    {
        var pool = await StartAsync(1, 1);
        var (lost, query) = await ForgetInQueryAsync(pool, 2);
        await CollectUntilAsync(() => !lost.TryGetTarget(out _), "the object is gone");
        Assert.Equal((0, 1), (pool.Statistics.Reclaimed, pool.Statistics.InUse));

        await query;

        await EventuallyAsync(() => pool.Statistics is { Reclaimed: 1, Idle: 1 }, "it is taken back and replaced");
        await using var next = await pool.GetConnAsync();
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task A_long_query_on_a_forgotten_lease_is_ended_after_a_grace_period()
    {
        var pool = await StartAsync(1, 1);
        var (_, query) = await ForgetInQueryAsync(pool, 60);
        Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));

        await CollectUntilAsync(() => pool.Statistics.Reclaimed == 1, "it is taken back");

        Assert.Equal(0, await Backends.WaitForAsync(0, "query LIKE '%pg_sleep%' AND state = 'active'"));
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => query.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.False(error.IsTransient);
        Assert.Contains("garbage-collected without having been returned", Assert.IsType<PoolException>(error.InnerException).Message, StringComparison.Ordinal);
        await using var next = await pool.GetConnAsync();
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task A_command_of_a_lease_keeps_the_lease_while_it_runs()
    {
        var pool = await StartAsync(1, 1);
        var query = StartQueryAsync(pool);
        Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));
        for (var round = 0; round < 3; round++)
            Collect();

        await query;

        Assert.Equal(0, pool.Statistics.Reclaimed);
        await CollectUntilAsync(() => pool.Statistics is { Reclaimed: 1, Idle: 1 }, "it is taken back");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_left_open_in_a_forgotten_lease_is_rolled_back(bool isBegunBySql)
    {
        var pool = await StartAsync(1, 1);
        await UseAsync(pool, null, "CREATE TABLE t (id int)");
        if (isBegunBySql)
            await ForgetAsync(pool, null, "BEGIN; INSERT INTO t VALUES (1)");
        else
            await ForgetInTransactionAsync(pool, "INSERT INTO t VALUES (1)");

        await CollectUntilAsync(() => pool.Statistics is { Reclaimed: 1, Idle: 1 }, "it is taken back");

        await using var next = await pool.GetConnAsync();
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM t"));
        Assert.Equal(0, await Backends.CountAsync("state = 'idle in transaction'"));
    }

    [Fact]
    public async Task A_simple_pool_takes_a_forgotten_lease_back_in_a_later_call()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
        var pid = await ForgetAsync(pool);

        await CollectUntilAsync(() => pool.Statistics is { Reclaimed: 1, InUse: 0 }, "it is taken back");

        await using var next = await pool.GetConnAsync();
        Assert.NotEqual(pid, await PidAsync(next));
    }

    [Fact]
    public async Task A_forgotten_lease_of_a_closed_pool_is_harmless()
    {
        var pool = await StartAsync(1, 1);
        await ForgetAsync(pool);
        await pool.CloseAllAsync();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(0, pool.Statistics.Reclaimed);
        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    // Not inlined, so that no local variable keeps the lease alive during the collection.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> ForgetAsync(IConnectionPool pool, object? key = null, string sql = "SELECT 1")
    {
        var lease = await pool.GetConnAsync(key);
        await ExecuteAsync(lease, sql);
        return await PidAsync(lease);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference<PooledConnection>> ForgetWeaklyAsync(ConnectionPool pool, object key) => new(await pool.GetConnAsync(key));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void HoldUpFinalizers(TaskCompletionSource held, TaskCompletionSource until) => _ = new Blocker(held, until);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetByAskAsync(ConnectionPool pool)
    {
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(15));
        await PidAsync(lease);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference<PooledConnection> Lost, Task Query)> ForgetInQueryAsync(ConnectionPool pool, int seconds)
    {
        var lease = await pool.GetConnAsync();
        // The driver's command does not keep the lease alive, as a command of the lease does.
        var command = new NpgsqlCommand($"SELECT pg_sleep({seconds})", lease.Npgsql);
        return (new(lease), command.ExecuteNonQueryAsync());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetInTransactionAsync(ConnectionPool pool, string sql)
    {
        var lease = await pool.GetConnAsync();
        await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, sql);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task StartQueryAsync(ConnectionPool pool)
    {
        var command = (await pool.GetConnAsync()).CreateCommand();
        command.CommandText = "SELECT pg_sleep(2)";
        await command.ExecuteNonQueryAsync();
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(ConnectionPool pool, object? key, string sql = "SELECT 1")
    {
        await using var lease = await pool.GetConnAsync(key);
        await ExecuteAsync(lease, sql);
    }

    private sealed class Blocker(TaskCompletionSource held, TaskCompletionSource until)
    {
        ~Blocker()
        {
            held.SetResult();
            until.Task.Wait(TimeSpan.FromSeconds(60));
        }
    }

    private sealed class Dropper : ReceiveActor
    {
        public Dropper(IActorRef manager, IActorRef observer)
        {
            Receive<PooledConnection>(_ => observer.Tell("dropped"));
            manager.Tell(new GetConn(), Self);
        }
    }
}

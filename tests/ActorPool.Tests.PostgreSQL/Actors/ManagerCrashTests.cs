using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The manager crashes and is made again: leases go on, everybody who waits gets an answer, no backend is left behind.</summary>
public sealed class ManagerCrashTests : CrashTest
{
    [Theory]
    [InlineData("dispose")]
    [InlineData("put")]
    [InlineData("ask")]
    public async Task A_lease_in_use_stays_usable_and_can_be_returned(string how)
    {
        var pool = await StartAsync(1, 1);
        await using (var setup = await pool.GetConnAsync())
            await ExecuteAsync(setup, "CREATE TABLE t (id int)");
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        await using var transaction = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");

        await CrashAsync(pool);

        Assert.Equal((1, 0), (pool.Statistics.InUse, pool.Statistics.Idle));
        Assert.Equal(pid, await PidAsync(lease));
        Assert.Equal(1L, await ScalarAsync(lease, "SELECT count(*) FROM t"));
        await transaction.CommitAsync();
        if (how == "dispose")
            await lease.DisposeAsync();
        else if (how == "put")
            await pool.PutConnAsync(lease);
        else
            Assert.IsType<ConnPut>(await pool.Manager.Ask(new PutConn(lease), TimeSpan.FromSeconds(5)));
        await using var next = await pool.GetConnAsync();
        Assert.Equal(pid, await PidAsync(next));
        Assert.Equal(1L, await ScalarAsync(next, "SELECT count(*) FROM t"));
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.PutConnAsync(lease).AsTask());
    }

    [Fact]
    public async Task A_query_that_runs_over_the_crash_ends_well()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        var query = ScalarAsync(lease, "SELECT pg_sleep(0.3)::text || 'done'");
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));

        await CrashAsync(pool, 3);

        Assert.Equal("done", await query);
    }

    [Fact]
    public async Task A_lease_with_a_key_can_be_joined_and_is_put_under_its_key()
    {
        var pool = await StartAsync(0, 4);
        var lease = await pool.GetConnAsync("k");

        await CrashAsync(pool);

        Assert.Same(lease, await pool.GetConnAsync("k"));
        Assert.Same(lease, await pool.Manager.Ask<PooledConnection>(new GetConn("k"), TimeSpan.FromSeconds(5)));
        var other = await pool.GetConnAsync("other");
        Assert.NotEqual(await PidAsync(lease), await PidAsync(other));
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.PutConnAsync(lease, "other").AsTask());
        await pool.PutConnAsync(lease, "k");
        await pool.PutConnAsync(other, "other");
        Assert.Equal(System.Data.ConnectionState.Closed, lease.State);
    }

    [Fact]
    public async Task An_exclusive_key_in_use_stays_exclusive()
    {
        var pool = await StartAsync(0, 4, settings => settings with { KeySharing = KeySharing.Exclusive });
        var lease = await pool.GetConnAsync("k");

        await CrashAsync(pool);

        var waiting = pool.GetConnAsync("k").AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits for its key");
        await lease.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Idle_connections_survive_and_nothing_of_their_sessions_reaches_the_next_borrower()
    {
        var pool = await StartAsync(4, 4);
        await using (var used = await pool.GetConnAsync("k"))
            await ExecuteAsync(used, "CREATE TEMP TABLE mine (id int)");
        var pids = await UseAllAsync(pool, 4);

        await CrashAsync(pool);

        Assert.Equal(pids, await UseAllAsync(pool, 4));
        await using var other = await pool.GetConnAsync("other");
        Assert.Equal(DBNull.Value, await ScalarAsync(other, "SELECT to_regclass('mine')::text"));
        Assert.True(other.IsNewSession);
        Assert.Equal(4, pool.Statistics.Opened);
    }

    [Fact]
    public async Task What_was_returned_while_the_manager_crashed_is_rolled_back()
    {
        var pool = await StartAsync(0, 8);
        for (var round = 0; round < 5; round++)
        {
            var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.GetConnAsync().AsTask()));
            foreach (var lease in leases)
                await ExecuteAsync(lease, "BEGIN");
            foreach (var (n, lease) in leases.Index())
            {
                if (n == 4)
                    Crash(pool);
                await lease.DisposeAsync();
            }

            await UseAllAsync(pool, 8);
            Assert.Equal(0, await Backends.CountAsync("state = 'idle in transaction'"));
        }
    }

    [Fact]
    public async Task A_borrower_that_was_watched_is_watched_still()
    {
        var pool = await StartAsync(1, 1);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, connection => ExecuteAsync(connection, "SELECT pg_sleep(60)")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));

        await CrashAsync(pool);
        Assert.Equal(1, await Backends.CountAsync("query LIKE '%pg_sleep%' AND state = 'active'"));
        borrower.Tell(Kill.Instance);

        await using var next = await pool.GetConnAsync();
        Assert.Equal(0, await Backends.WaitForAsync(0, "query LIKE '%pg_sleep%' AND state = 'active'"));
        Assert.Equal(System.Data.ConnectionState.Closed, lease.State);
        Assert.Equal(1, pool.Statistics.EndedByForce);
    }

    [Fact]
    public async Task A_borrower_can_borrow_and_end_as_before()
    {
        var pool = await StartAsync(2, 2);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        await ExpectMsgAsync<BorrowerActor.Borrowed>();
        await CrashAsync(pool, 2);

        // A second lease for the actor that is watched for its first.
        pool.Manager.Tell(new GetConn { Owner = borrower }, TestActor);
        await ExpectMsgAsync<PooledConnection>();
        Assert.Equal(2, pool.Statistics.InUse);
        Sys.Stop(borrower);

        await EventuallyAsync(() => pool.Statistics is { Idle: 2, EndedByForce: 2 }, "both leases are taken back");
    }

    [Fact]
    public async Task Connections_that_are_being_opened_leave_no_backend()
    {
        var pool = await StartAsync(0, 8, settings => settings with { MaxConcurrentOpens = 8, AcquireTimeout = TimeSpan.FromSeconds(20) });
        var rounds = Task.Run(async () =>
        {
            for (var round = 0; round < 10; round++)
            {
                var asked = Enumerable.Range(0, 8).Select(n => UseOrFailAsync(pool, n)).ToArray();
                await EventuallyAsync(() => pool.Statistics.Opening > 0 || asked.All(task => task.IsCompleted), "opens are under way");
                Crash(pool);
                await Task.WhenAll(asked);
                await pool.Manager.Ask<Drained>(new Drain(), TimeSpan.FromSeconds(5));
            }
        });

        Assert.InRange(await Backends.MostDuringAsync(rounds), 1, 8);
        await UseAllAsync(pool, 8);
        await RightAtRestAsync(pool, 8);
    }

    [Fact]
    public async Task Connections_that_are_being_closed_leave_no_backend()
    {
        var pool = await StartAsync(0, 4, settings => settings with { MaxConcurrentOpens = 4 });
        var rounds = Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
            {
                var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => pool.GetConnAsync().AsTask()));
                // A backend outlives its close for as long as it drops its temp tables.
                await Task.WhenAll(leases.Select(lease => ExecuteAsync(lease, string.Join(';', Enumerable.Range(0, 50).Select(n => $"CREATE TEMP TABLE t{n} (id int)")))));
                foreach (var lease in leases)
                    await pool.PutConnAsync(lease, close: true);
                await EventuallyAsync(() => pool.Statistics.Closing > 0 || pool.Statistics.Open == 0, "they are being closed");
                await CrashAsync(pool);
            }
        });

        Assert.InRange(await Backends.MostDuringAsync(rounds), 1, 4);
        await UseAllAsync(pool, 4);
        await RightAtRestAsync(pool, 4);
    }

    [Fact]
    public async Task A_pool_that_is_paused_stays_paused()
    {
        var pool = await StartAsync(2, 2);
        await pool.PauseAsync();

        await CrashAsync(pool);

        Assert.True(pool.Statistics.IsPaused);
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");
        await pool.ResumeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Other_limits_that_were_set_are_kept()
    {
        var pool = await StartAsync(1, 1);
        await pool.ResizeAsync(2, 3);

        await CrashAsync(pool);

        Assert.Equal((2, 3), (pool.Statistics.Min, pool.Statistics.Max));
        await UseAllAsync(pool, 3);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("poison")]
    [InlineData("stop")]
    [InlineData("closeall")]
    [InlineData("dispose")]
    public async Task Its_end_after_a_crash_is_the_end_of_everything(string how)
    {
        var pool = await StartAsync(3, 3, settings => settings with { CloseTimeout = TimeSpan.FromMilliseconds(100) });
        var held = await pool.GetConnAsync();
        var query = ExecuteAsync(await pool.GetConnAsync("k"), "SELECT pg_sleep(60)");
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));
        await CrashAsync(pool, 2);

        if (how is "kill" or "poison")
            pool.Manager.Tell(how == "kill" ? Kill.Instance : PoisonPill.Instance, ActorRefs.NoSender);
        else if (how == "stop")
            Sys.Stop(pool.Manager);
        else if (how == "closeall")
            await pool.CloseAllAsync();
        else
            await pool.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => query);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
        await RefusedAsync(PoolErrorKind.Closed, () => pool.GetConnAsync().AsTask());
    }

    [Fact]
    public async Task Crashing_while_it_ends_it_ends_all_the_same()
    {
        var pool = await StartAsync(3, 3, settings => settings with { CloseTimeout = TimeSpan.FromSeconds(60) });
        var held = await pool.GetConnAsync();
        var end = pool.DisposeAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Idle == 0, "it ends");

        Crash(pool);

        await end.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
        await using var sameName = await ConnectionPool.StartAsync(Sys, new PoolSettings(ConnectionString, 1, 1) { Name = "pool0" });
    }

    [Fact]
    public async Task Crashing_while_it_starts_it_fails_and_leaves_nothing()
    {
        var forEver = new TaskCompletionSource();
        var settings = new PoolSettings(ConnectionString, 2, 2) { Name = "starting" };
        var start = ConnectionPool.StartAsync(Sys, settings with { Configure = (_, token) => forEver.Task.WaitAsync(token) });
        Assert.Equal(2, await Backends.WaitForAsync(2));
        var manager = await Sys.ActorSelection("/user/actor-pool-starting-*").ResolveOne(TimeSpan.FromSeconds(5));

        ((IInternalActorRef)manager).Restart(new InvalidOperationException("boom"));

        await Assert.ThrowsAsync<PoolException>(() => start.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Equal(0, await Backends.WaitForAsync(0));
        await using var again = await ConnectionPool.StartAsync(Sys, settings);
    }

    [Fact]
    public async Task A_data_source_that_its_owner_has_disposed_is_an_error_like_others()
    {
        var source = new NpgsqlDataSourceBuilder(ConnectionString + ";Pooling=false").Build();
        var pool = await StartAsync(new PoolSettings("", 1, 2) { DataSource = source, AcquireTimeout = TimeSpan.FromSeconds(1), Name = "disposed" });
        await using var lease = await pool.GetConnAsync();
        await source.DisposeAsync();

        Assert.True((await RefusedAsync(PoolErrorKind.ConnectFailed, () => pool.GetConnAsync().AsTask())).IsTransient);

        Assert.Equal(1L, await ScalarAsync(lease, "SELECT 1::bigint"));
    }
}

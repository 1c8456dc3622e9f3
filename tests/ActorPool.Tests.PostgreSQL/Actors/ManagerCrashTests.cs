using System.Data;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>
/// The manager crashes and restarts: leases go on, each waiting request has one answer, and the server keeps no backend too many.
/// The answers and the counters on every path are tested against the core on virtual time (<c>ModelTests</c>, <c>CrashRaceTests</c>).
/// </summary>
public sealed class ManagerCrashTests : PoolTest
{
    private const int Max = 8;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("dispose")]
    [InlineData("put")]
    [InlineData("ask")]
    public async Task A_lease_with_a_running_query_goes_on_and_can_be_returned(string how)
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync("key");
        var pid = await PidAsync(lease);
        await using var transaction = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "CREATE TABLE t AS SELECT 1");
        var query = ScalarAsync(lease, "SELECT count(*) FROM t, pg_sleep(1)");
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));

        await CrashAsync(pool);

        Assert.Equal(1, pool.Statistics.InUse);
        Assert.Equal(1L, await query);
        await transaction.CommitAsync();
        if (how == "dispose")
            await lease.DisposeAsync();
        else if (how == "put")
            await pool.PutConnAsync(lease, "key");
        else
            Assert.IsType<ConnPut>(await pool.Manager.Ask(new PutConn(lease, "key"), Soon));
        await using var next = await pool.GetConnAsync();
        Assert.Equal(pid, await PidAsync(next));
        Assert.Equal(1L, await ScalarAsync(next, "SELECT count(*) FROM t"));
        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => pool.PutConnAsync(lease).AsTask())).Kind);
    }

    [Fact]
    public async Task Idle_connections_stay_and_the_next_borrower_finds_nothing_of_their_sessions()
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
    public async Task Transactions_returned_around_the_crash_are_rolled_back()
    {
        var pool = await StartAsync(0, Max);
        for (var round = 0; round < 5; round++)
        {
            var leases = await Task.WhenAll(Enumerable.Range(0, Max).Select(_ => pool.GetConnAsync().AsTask()));
            foreach (var lease in leases)
                await ExecuteAsync(lease, "BEGIN");
            foreach (var (n, lease) in leases.Index())
            {
                if (n == 4)
                    Crash(pool);
                await lease.DisposeAsync();
            }

            await UseAllAsync(pool, Max);
            Assert.Equal(0, await Backends.CountAsync("state = 'idle in transaction'"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_borrower_stays_watched_and_its_death_ends_its_old_and_its_new_lease(bool borrowsAgain)
    {
        var pool = await StartAsync(2, 2);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, connection => ExecuteAsync(connection, "SELECT pg_sleep(60)")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));

        await CrashAsync(pool);
        if (borrowsAgain)
        {
            pool.Manager.Tell(new GetConn { Owner = borrower }, TestActor);
            await ExpectMsgAsync<PooledConnection>();
        }

        Assert.Equal(1, await Backends.CountAsync("query LIKE '%pg_sleep%' AND state = 'active'"));
        borrower.Tell(Kill.Instance);

        await EventuallyAsync(() => pool.Statistics is { Idle: 2 } now && now.EndedByForce == (borrowsAgain ? 2 : 1), "the leases are taken back");
        Assert.Equal(0, await Backends.WaitForAsync(0, "query LIKE '%pg_sleep%' AND state = 'active'"));
        Assert.Equal(ConnectionState.Closed, lease.State);
    }

    [Fact]
    public async Task Every_waiting_request_has_one_answer_though_some_senders_throw()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        var held = await pool.GetConnAsync("held");
        var waiting = new List<Task>();
        for (var i = 0; i < 50; i++)
        {
            waiting.Add(pool.GetConnAsync(i % 10 == 0 ? "held again" : null).AsTask());
            waiting.Add(pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(30)));
            if (i % 10 == 0)
                pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
        }

        pool.Manager.Tell(new GetConn(), TestActor);
        waiting.Add(pool.Manager.Ask<Paused>(new Pause { UntilReturned = true }, TimeSpan.FromSeconds(30)));
        await EventuallyAsync(() => pool.Statistics is { Waiting: 106, IsPaused: true }, "all wait");

        await EventFilter.Warning(contains: "1 leases continue; 106 requests were answered").ExpectOneAsync(() => CrashAsync(pool, 3));

        foreach (var request in waiting)
        {
            var error = await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon));
            Assert.True(error.IsTransient, error.Message);
        }

        Assert.Contains("Send the request again", Assert.IsType<PoolException>((await ExpectMsgAsync<Status.Failure>()).Cause).Message, StringComparison.Ordinal);
        pool.Manager.Tell(new GetStatistics(), TestActor);
        Assert.Equal(0, (await ExpectMsgAsync<PoolStatistics>()).Waiting);
        await pool.ResumeAsync();
        await held.DisposeAsync();
        await UseAllAsync(pool, 1);
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_a_return_answers_it_once_and_lends_no_connection_twice()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        var held = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
        var waiting = Enumerable.Range(0, 20).Select(_ => UseOrFailAsync(pool)).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 21, "all wait");

        await CrashByAsync(() => pool.Manager.Tell(new PutConn(held), TestActor));

        await ExpectMsgAsync<ConnPut>();
        await Task.WhenAll(waiting).WaitAsync(Soon);
        pool.Manager.Tell(new GetStatistics(), TestActor);
        await ExpectMsgAsync<PoolStatistics>();
        await CollectUntilAsync(() => pool.Statistics.InUse == 0, "the lease that was not delivered is taken back");
        await UseAllAsync(pool, 1);
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_a_timeout_answers_the_other_requests()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(200) });
        await using var held = await pool.GetConnAsync();
        var thrower = new ThrowingRef(Sys);
        var waiting = Enumerable.Range(0, 40).Select(n =>
        {
            if (n == 20)
                pool.Manager.Tell(new GetConn(), thrower);
            return n % 2 == 0 ? pool.GetConnAsync().AsTask() : pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(30));
        }).ToArray();

        foreach (var request in waiting)
            Assert.Equal(PoolErrorKind.Timeout, (await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon))).Kind);
        Assert.Equal(1L, await ScalarAsync(held, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task A_crash_between_the_answers_to_a_shared_key_gives_no_second_answer()
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = KeySharing.Shared });
        await using var one = await pool.GetConnAsync();
        await using var other = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn("k"), TestActor);
        pool.Manager.Tell(new GetConn("k"), new ThrowingRef(Sys));
        pool.Manager.Tell(new GetConn("k"), TestActor);
        await EventuallyAsync(() => pool.Statistics.Waiting == 3, "all wait");

        await CrashByAsync(() => one.DisposeAsync().AsTask());

        // All three share the lease; the crash comes after the first answer.
        var lease = await ExpectMsgAsync<PooledConnection>();
        Assert.True(Assert.IsType<PoolException>((await ExpectMsgAsync<Status.Failure>()).Cause).IsTransient);
        pool.Manager.Tell(new GetStatistics(), TestActor);
        Assert.Equal(2, (await ExpectMsgAsync<PoolStatistics>()).InUse);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_a_borrowers_death_ends_its_lease_all_the_same()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, connection => ExecuteAsync(connection, "SELECT pg_sleep(60)")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));
        // The manager crashes when it tells this sender of the borrower's death.
        pool.Manager.Tell(new GetConn { Owner = borrower }, new ThrowingRef(Sys));
        var waiting = UseOrFailAsync(pool);
        await EventuallyAsync(() => pool.Statistics.Waiting == 2, "both wait");

        await CrashByAsync(() => Sys.Stop(borrower));

        await waiting.WaitAsync(Soon);
        await UseAllAsync(pool, 1);
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Equal(0, await Backends.WaitForAsync(0, "state = 'active'"));
        Assert.Equal(1, await Backends.CountAsync());
    }

    [Theory]
    [InlineData(null, ResetMode.DiscardAll, KeySharing.Shared)]
    [InlineData(5, ResetMode.Rollback, KeySharing.Exclusive)]
    public async Task Crashes_under_load_lose_nothing_and_the_server_never_has_too_many(int? keys, ResetMode reset, KeySharing sharing)
    {
        var pool = await StartAsync(2, Max, settings => settings with { Reset = reset, KeySharing = sharing, AcquireTimeout = TimeSpan.FromSeconds(30) });
        using var end = new CancellationTokenSource();
        var served = 0;
        var loops = Enumerable.Range(0, 50).Select(n => Task.Run(async () =>
        {
            for (var round = n; !end.IsCancellationRequested; round++)
            {
                if (await UseOrFailAsync(pool, keys is { } count ? round % count : null, round % 3))
                    Interlocked.Increment(ref served);
            }
        })).ToArray();

        var crashes = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                var then = Volatile.Read(ref served);
                var before = pool.Statistics;
                Crash(pool);
                await EventuallyAsync(() => Volatile.Read(ref served) >= then + 100, "the load runs on", TimeSpan.FromSeconds(30));
                var now = pool.Statistics;
                Assert.True(now.Granted >= before.Granted && now.Waited >= before.Waited && now.Opened >= before.Opened && now.Closed >= before.Closed, $"{before} and then {now}");
            }
        });

        Assert.InRange(await Backends.MostDuringAsync(crashes), 1, Max);
        await end.CancelAsync();
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(40));
        await UseAllAsync(pool, Max);
        await AssertAtRestAsync(pool, Max);
        Assert.Equal(0, await Backends.CountAsync("state <> 'idle'"));
    }

    [Fact]
    public async Task Crashes_while_connections_open_and_close_leave_no_backend()
    {
        var pool = await StartAsync(0, Max, settings => settings with { MaxConcurrentOpens = Max, AcquireTimeout = TimeSpan.FromSeconds(20) });
        var rounds = Task.Run(async () =>
        {
            for (var round = 0; round < 10; round++)
            {
                var uses = Enumerable.Range(0, Max).Select(n => UseOrFailAsync(pool, n)).ToArray();
                await EventuallyAsync(() => pool.Statistics.Opening > 0 || uses.All(task => task.IsCompleted), "opens are in flight");
                Crash(pool);
                await Task.WhenAll(uses);
                var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => pool.GetConnAsync().AsTask()));
                // A backend outlives its close for as long as it drops its temp tables.
                await Task.WhenAll(leases.Select(lease => ExecuteAsync(lease, string.Join(';', Enumerable.Range(0, 50).Select(n => $"CREATE TEMP TABLE t{n} (id int)")))));
                foreach (var lease in leases)
                    await pool.PutConnAsync(lease, close: true);
                await EventuallyAsync(() => pool.Statistics is { Closing: > 0 } or { Open: 0 }, "closes are in flight");
                await CrashAsync(pool);
                await pool.Manager.Ask<Drained>(new Drain(), Soon);
            }
        });

        Assert.InRange(await Backends.MostDuringAsync(rounds), 1, Max);
        await UseAllAsync(pool, Max);
        await AssertAtRestAsync(pool, Max);
    }

    [Fact]
    public async Task Crashes_while_borrowers_die_leave_nothing_behind()
    {
        var pool = await StartAsync(0, Max, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(30) });
        var random = new Random(11);
        for (var round = 0; round < 10; round++)
        {
            var borrowers = Enumerable.Range(0, 20)
                .Select(_ => Sys.ActorOf(BorrowerActor.Props(pool.Manager, ActorRefs.Nobody, connection => ExecuteAsync(connection, "BEGIN; SELECT pg_sleep(30)"))))
                .ToArray();
            await EventuallyAsync(() => pool.Statistics.InUse > 0, "some borrowers have a lease");
            foreach (var borrower in borrowers)
            {
                if (random.Next(10) == 0)
                    Crash(pool);
                Sys.Stop(borrower);
            }
        }

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0 }, "all leases have ended");
        Assert.Equal(0, await Backends.WaitForAsync(0, "state <> 'idle'"));
        await UseAllAsync(pool, Max);
        await AssertAtRestAsync(pool, Max);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("dispose")]
    public async Task The_end_of_a_pool_that_has_crashed_ends_everything(string how)
    {
        var pool = await StartAsync(3, 3, settings => settings with { CloseTimeout = TimeSpan.FromMilliseconds(100) });
        var held = await pool.GetConnAsync();
        var query = ExecuteAsync(await pool.GetConnAsync("k"), "SELECT pg_sleep(60)");
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));
        await CrashAsync(pool, 2);

        if (how == "stop")
            Sys.Stop(pool.Manager);
        else
            await pool.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => query);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask())).Kind);
    }

    [Fact]
    public async Task A_pool_that_crashes_while_it_ends_has_ended()
    {
        var pool = await StartAsync(3, 3, settings => settings with { CloseTimeout = TimeSpan.FromSeconds(60) });
        var held = await pool.GetConnAsync();
        var end = pool.DisposeAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Idle == 0, "the pool ends");

        Crash(pool);

        await end.WaitAsync(Soon);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => held.Npgsql).Kind);
        await using var sameName = await ConnectionPool.StartAsync(Sys, new PoolSettings(ConnectionString, 1, 1) { Name = "pool0" });
    }

    [Fact]
    public async Task A_pool_that_crashes_while_it_starts_fails_and_leaves_nothing()
    {
        var forEver = new TaskCompletionSource();
        var settings = new PoolSettings(ConnectionString, 2, 2) { Name = "starting" };
        var start = ConnectionPool.StartAsync(Sys, settings with { Configure = (_, token) => forEver.Task.WaitAsync(token) });
        Assert.Equal(2, await Backends.WaitForAsync(2));
        var manager = await Sys.ActorSelection("/user/actor-pool-starting-*").ResolveOne(Soon);

        ((IInternalActorRef)manager).Restart(new InvalidOperationException("boom"));

        await Assert.ThrowsAsync<PoolException>(() => start.WaitAsync(Soon));
        Assert.Equal(0, await Backends.WaitForAsync(0));
        await using var again = await ConnectionPool.StartAsync(Sys, settings);
    }

    /// <summary>Restarts the manager between two of its messages, as after an exception.</summary>
    private static void Crash(ConnectionPool pool) =>
        ((IInternalActorRef)pool.Manager).Restart(new InvalidOperationException("boom"));

    private static async Task CrashAsync(ConnectionPool pool, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Crash(pool);
            await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);
        }
    }

    private Task CrashByAsync(Func<Task> cause) => EventFilter.Warning(contains: "was restarted").ExpectOneAsync(cause);

    private Task CrashByAsync(Action cause) => CrashByAsync(() =>
    {
        cause();
        return Task.CompletedTask;
    });

    /// <summary>True when a query was served, false when a crash was in its way.</summary>
    private static async Task<bool> UseOrFailAsync(ConnectionPool pool, object? key = null, int entryPoint = 1)
    {
        try
        {
            var lease = entryPoint == 0
                ? await pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(30))
                : await pool.GetConnAsync(key);
            try
            {
                // Left open, so that there is something to roll back.
                if (key is null)
                    await ExecuteAsync(lease, "BEGIN");
                await ScalarAsync(lease, "SELECT 1");
            }
            finally
            {
                if (entryPoint == 2)
                    await pool.PutConnAsync(lease);
                else
                    await lease.DisposeAsync();
            }

            return true;
        }
        catch (PoolException error)
        {
            Assert.True(error.IsTransient, error.ToString());
            return false;
        }
        catch (NpgsqlException error)
        {
            Assert.Fail($"A lease in use did not survive: {error}");
            return false;
        }
    }

    /// <summary>With nothing lent, every place of the pool has an idle connection, and the server has no other.</summary>
    private async Task AssertAtRestAsync(ConnectionPool pool, int count)
    {
        await EventuallyAsync(
            () => pool.Statistics is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 } now && now.Idle == count && now.Open == count,
            "all connections are idle");
        Assert.Equal(count, await Backends.WaitForAsync(count));
        Assert.Equal(count, pool.Statistics.Opened - pool.Statistics.Closed);
    }
}

using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class BorrowerTests : PoolTest
{
    [Fact]
    public async Task An_actor_that_stops_in_a_transaction_loses_its_lease_and_the_transaction()
    {
        var pool = await StartAsync(1, 1);
        await ExecuteOnceAsync(pool, "CREATE TABLE t (id int)");
        var inTransaction = new TaskCompletionSource();
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, async connection =>
        {
            await ExecuteAsync(connection, "BEGIN");
            await ExecuteAsync(connection, "INSERT INTO t VALUES (1)");
            inTransaction.SetResult();
        }));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        await inTransaction.Task;
        Assert.Equal(1, await Backends.CountAsync("state = 'idle in transaction'"));

        Sys.Stop(borrower);

        await using var next = await pool.GetConnAsync();
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM t"));
        Assert.Equal(0, await Backends.CountAsync("state = 'idle in transaction'"));
        Assert.Contains("actor", Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
        Assert.Equal(1, pool.Statistics.EndedByForce);
    }

    [Theory]
    [InlineData("SELECT pg_sleep(30)")]
    [InlineData("BEGIN; SELECT pg_sleep(30)")]
    public async Task A_hundred_actors_killed_in_their_queries_free_their_connections_at_once(string sql)
    {
        var pool = await StartAsync(0, 10, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(60) });
        var borrowers = new List<IActorRef>();
        for (var i = 0; i < 10; i++)
            borrowers.Add(Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, c => ExecuteAsync(c, sql))));
        Assert.Equal(10, await Backends.WaitForAsync(10, "query LIKE '%pg_sleep%' AND state = 'active'"));
        for (var i = 0; i < 90; i++)
            borrowers.Add(Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, c => ExecuteAsync(c, sql))));
        await EventuallyAsync(() => pool.Statistics.Waiting == 90, "90 wait");
        var queued = Enumerable.Range(0, 100).Select(_ => UseAsync(pool)).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 190, "190 wait");
        var clock = Stopwatch.StartNew();

        foreach (var borrower in borrowers)
            borrower.Tell(Kill.Instance);
        var most = await Backends.MostDuringAsync(Task.WhenAll(queued));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"It took {clock.Elapsed}.");
        Assert.InRange(most, 1, 10);
        Assert.Equal(0, await Backends.WaitForAsync(0, "query LIKE '%pg_sleep%' AND state = 'active' OR state = 'idle in transaction'", TimeSpan.FromSeconds(1)));
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0 }, "nothing is lent");
        // One that waited may get its connection between the death of another and its own.
        Assert.InRange(pool.Statistics.EndedByForce, 10, 100);
    }

    [Fact]
    public async Task An_actor_that_stops_in_the_queue_leaves_it()
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        Sys.Stop(borrower);

        await EventuallyAsync(() => pool.Statistics.Waiting == 0, "it has left the queue");
        await held.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Idle == 1, "the connection is idle");
    }

    [Fact]
    public async Task A_lease_asked_for_on_behalf_of_an_owner_ends_with_the_owner()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner });

        Sys.Stop(owner);

        await using var next = await pool.GetConnAsync();
        Assert.Equal(System.Data.ConnectionState.Closed, lease.State);
    }

    [Fact]
    public async Task An_owner_that_is_dead_already_gets_nothing_for_long()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        await WatchAsync(owner);
        Sys.Stop(owner);
        await ExpectTerminatedAsync(owner);

        await pool.Manager.Ask<object>(new GetConn { Owner = owner }, TimeSpan.FromSeconds(5));

        await using var next = await pool.GetConnAsync();
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task Whoever_asked_for_an_owner_that_died_meanwhile_is_told_so()
    {
        var pool = await StartAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        var owner = Sys.ActorOf(Props.Empty);
        var ask = pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner }, TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        Sys.Stop(owner);

        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => ask)).Kind);
        Assert.Equal(0, pool.Statistics.Waiting);
    }

    [Fact]
    public async Task A_shared_lease_ends_when_its_last_watched_holder_has_died()
    {
        var pool = await StartAsync(1, 2);
        var first = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, request: new GetConn("k")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        var second = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, request: new GetConn("k")));
        Assert.Same(lease, (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection);

        Sys.Stop(first);
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        Assert.Equal(System.Data.ConnectionState.Open, lease.State);
        Sys.Stop(second);

        await EventuallyAsync(() => lease.State == System.Data.ConnectionState.Closed, "the lease is over");
    }

    [Fact]
    public async Task A_lease_that_somebody_unwatched_has_joined_does_not_end_by_a_death()
    {
        var pool = await StartAsync(1, 2);
        var first = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, request: new GetConn("k")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        Assert.Same(lease, await pool.GetConnAsync("k"));
        await WatchAsync(first);

        Sys.Stop(first);

        await ExpectTerminatedAsync(first);
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        Assert.Equal(1L, await ScalarAsync(lease, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task A_borrower_that_returned_its_connection_can_end_without_any_effect()
    {
        var pool = await StartAsync(1, 1);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        var pid = await PidAsync(lease);
        await lease.DisposeAsync();
        await using var next = await pool.GetConnAsync();
        await WatchAsync(borrower);

        Sys.Stop(borrower);

        await ExpectTerminatedAsync(borrower);
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics());
        Assert.Equal(pid, await PidAsync(next));
        Assert.Equal(0, pool.Statistics.EndedByForce);
    }

    [Fact]
    public async Task A_backend_that_ignores_its_cancellation_is_terminated_by_another_connection()
    {
        var pool = await StartAsync(2, 2);
        await ExecuteOnceAsync(pool, """
            CREATE FUNCTION stubborn() RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                FOR i IN 1..60 LOOP
                    BEGIN
                        PERFORM pg_sleep(1);
                    EXCEPTION WHEN query_canceled THEN
                        NULL;
                    END;
                END LOOP;
            END $$
            """);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, c => ExecuteAsync(c, "SELECT stubborn()")));
        await ExpectMsgAsync<BorrowerActor.Borrowed>();
        Assert.Equal(1, await Backends.WaitForAsync(1, "query = 'SELECT stubborn()' AND state = 'active'"));

        Sys.Stop(borrower);

        Assert.Equal(0, await Backends.WaitForAsync(0, "query = 'SELECT stubborn()'", TimeSpan.FromSeconds(4)));
        await EventuallyAsync(() => pool.Statistics is { Idle: 2, Closing: 0 }, "the slot is filled again");
    }

    private static async Task UseAsync(ConnectionPool pool)
    {
        await using var connection = await pool.GetConnAsync();
        await ScalarAsync(connection, "SELECT 1");
    }

    private static async Task ExecuteOnceAsync(ConnectionPool pool, string sql)
    {
        await using var connection = await pool.GetConnAsync();
        await ExecuteAsync(connection, sql);
    }
}

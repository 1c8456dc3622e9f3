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

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed}.");
        Assert.InRange(most, 1, 10);
        Assert.Equal(0, await Backends.WaitForAsync(0, "query LIKE '%pg_sleep%' AND state = 'active' OR state = 'idle in transaction'"));
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0 }, "nothing is lent");
        // A waiting actor may get a connection between the death of another actor and its own.
        Assert.InRange(pool.Statistics.EndedByForce, 10, 100);
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

        Assert.Equal(0, await Backends.WaitForAsync(0, "query = 'SELECT stubborn()'"));
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

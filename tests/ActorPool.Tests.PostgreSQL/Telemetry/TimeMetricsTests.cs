using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The times of opens, waits and uses, however they end.</summary>
public sealed class TimeMetricsTests : TelemetryTest
{
    [Fact]
    public async Task Every_open_is_timed()
    {
        using var heard = new Measurements(Pool);
        await StartNamedAsync(3, 3, settings => settings with { Configure = SleepAsync });

        await EventuallyAsync(() => heard.Times("create_time").Count == 3, "three opens");
        Assert.All(heard.Times("create_time"), seconds => Assert.InRange(seconds, 0.05, 15));
    }

    [Fact]
    public async Task An_open_that_fails_is_not_timed()
    {
        using var heard = new Measurements(Pool);

        await Assert.ThrowsAsync<PoolException>(() => StartNamedAsync(1, 1, settings => settings with { Configure = (_, _) => throw new InvalidOperationException("not this one") }));
        await StartNamedAsync(1, 1);

        await EventuallyAsync(() => heard.Times("create_time").Count > 0, "the second pool's open");
        Assert.Single(heard.Times("create_time"));
    }

    [Fact]
    public async Task A_call_is_timed_whether_it_waited_or_not()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.GetConnAsync();
        Assert.Single(heard.Times("wait_time"));
        var waiting = await WaitForOneAsync(pool);
        var clock = Stopwatch.StartNew();
        await ScalarAsync(held, "SELECT pg_sleep(0.1)");
        var atLeast = clock.Elapsed;
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        Assert.Equal(2, heard.Times("wait_time").Count);
        Assert.InRange(heard.Times("wait_time")[1], atLeast.TotalSeconds, 15);
    }

    [Fact]
    public async Task The_work_of_a_caller_before_it_takes_its_answer_is_not_wait_time()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(2, 2);
        await using var other = await pool.GetConnAsync();

        var clock = Stopwatch.StartNew();
        var call = pool.GetConnAsync();
        await EventuallyAsync(() => call.IsCompleted, "the answer");
        var atMost = clock.Elapsed;
        await ScalarAsync(other, "SELECT pg_sleep(0.5)");
        await using var connection = await call;

        Assert.InRange(heard.Times("wait_time")[1], 0, atMost.TotalSeconds);
    }

    [Fact]
    public async Task Calls_that_fail_or_are_cancelled_are_not_timed()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(200) });
        await using var held = await pool.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = await WaitForOneAsync(pool, cancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Single(heard.Times("wait_time"));
    }

    [Fact]
    public async Task An_Ask_is_timed_whether_it_waited_or_not()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.Manager.Ask<PooledConnection>(new GetConn());
        var waiting = pool.Manager.Ask<PooledConnection>(new GetConn());
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        var clock = Stopwatch.StartNew();
        await ScalarAsync(held, "SELECT pg_sleep(0.1)");
        var atLeast = clock.Elapsed;
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        await EventuallyAsync(() => heard.Times("wait_time").Count == 2, "two waits");
        Assert.InRange(heard.Times("wait_time").Max(), atLeast.TotalSeconds, 15);
    }

    [Fact]
    public async Task A_call_that_joins_the_lease_of_its_key_is_timed()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        await using var first = await pool.GetConnAsync("k");

        Assert.Same(first, await pool.GetConnAsync("k"));
        Assert.Same(first, await pool.Manager.Ask<PooledConnection>(new GetConn("k")));

        await EventuallyAsync(() => heard.Times("wait_time").Count == 3, "three waits");
    }

    [Theory]
    [InlineData("dispose")]
    [InlineData("put")]
    [InlineData("PutConn")]
    public async Task A_use_is_timed_once_when_its_borrower_ends_it(string end)
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await ScalarAsync(lease, "SELECT pg_sleep(0.1)");
        await Assert.ThrowsAsync<PoolException>(async () => await pool.PutConnAsync(lease, "another key"));

        if (end == "PutConn")
        {
            await pool.Manager.Ask<ConnPut>(new PutConn(lease));
            await EventuallyAsync(() => heard.Times("use_time").Count == 1, "one use");
        }
        else
        {
            await (end == "dispose" ? lease.DisposeAsync() : pool.PutConnAsync(lease));
            Assert.Single(heard.Times("use_time"));
        }

        await lease.DisposeAsync();
        await Assert.ThrowsAsync<PoolException>(async () => await pool.PutConnAsync(lease));
        Assert.InRange(Assert.Single(heard.Times("use_time")), 0.1, 15);
    }

    [Fact]
    public async Task A_use_that_ends_with_its_borrower_is_timed()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        await ScalarAsync(lease, "SELECT pg_sleep(0.1)");

        Sys.Stop(borrower);

        await EventuallyAsync(() => heard.Times("use_time").Count == 1, "one use");
        Assert.InRange(heard.Times("use_time")[0], 0.1, 15);
    }

    [Fact]
    public async Task A_use_that_ends_with_the_pool_is_timed_once()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(2, 2);
        await using var first = await pool.GetConnAsync();
        var second = await pool.Manager.Ask<PooledConnection>(new GetConn());

        await pool.CloseAllAsync();
        await second.DisposeAsync();

        await EventuallyAsync(() => heard.Times("use_time").Count >= 2, "two uses");
        Assert.Equal(2, heard.Times("use_time").Count);
    }

    [Fact]
    public async Task A_use_that_borrower_and_pool_end_at_once_is_timed_once()
    {
        using var heard = new Measurements(Pool);
        using var blocker = new BlockingRef(Sys);
        var pool = await StartNamedAsync(1, 1);
        var connection = await pool.GetConnAsync();
        await blocker.HoldUpAsync(pool.Manager);
        var closed = pool.CloseAllAsync();

        await connection.DisposeAsync();
        blocker.Release();

        await closed;
        // A second measurement would come from the thread pool.
        await Task.Run(() => { });
        Assert.Single(heard.Times("use_time"));
    }

    [Fact]
    public async Task A_forgotten_use_is_timed_when_it_is_taken_back()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        Forget(pool);

        await EventuallyAsync(
            () =>
            {
                GC.Collect();
                return pool.Statistics.Reclaimed == 1;
            },
            "it is found");

        await EventuallyAsync(() => heard.Times("use_time").Count == 1, "one use");
    }

    [Fact]
    public async Task The_next_use_of_a_connection_is_timed_by_itself()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        var first = await pool.GetConnAsync();
        var waiting = await WaitForOneAsync(pool);
        await ScalarAsync(first, "SELECT pg_sleep(0.5)");

        // At each return the connection goes to the next borrower.
        var clock = Stopwatch.StartNew();
        await pool.PutConnAsync(first);
        await (await waiting).DisposeAsync();
        var atMost = clock.Elapsed;

        var times = heard.Times("use_time");
        Assert.Equal(2, times.Count);
        Assert.InRange(times[0], 0.5, 15);
        Assert.InRange(times[1], 0, atMost.TotalSeconds);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(ConnectionPool pool) => pool.GetConnAsync().AsTask().GetAwaiter().GetResult();

    private static async Task SleepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_sleep(0.05)", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>A listener is user code: it may throw, and it may be slow.</summary>
public sealed class BadListenerTests : TelemetryTest
{
    [Fact]
    public async Task A_listener_that_throws_breaks_no_request()
    {
        using var heard = new Measurements(Pool, instrument => throw new InvalidOperationException($"no {instrument}"));
        var pool = await StartNamedAsync(1, 1);

        var connection = await pool.GetConnAsync();
        var waiting = await WaitForOneAsync(pool);
        await connection.DisposeAsync();
        await pool.PutConnAsync(await waiting);
        connection = await pool.Manager.Ask<PooledConnection>(new GetConn());
        await pool.Manager.Ask<ConnPut>(new PutConn(connection));
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        await ExpectMsgAsync<BorrowerActor.Borrowed>();
        Sys.Stop(borrower);
        await using var last = await pool.GetConnAsync();

        await EventuallyAsync(() => heard.Times("use_time").Count == 4, "four uses");
        await EventuallyAsync(() => heard.Times("wait_time").Count == 5, "five waits");
        await EventuallyAsync(() => heard.Times("create_time").Count == 2, "two opens");
        Assert.Equal(1L, await ScalarAsync(last, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task The_manager_goes_on_while_a_listener_blocks()
    {
        using var release = new ManualResetEventSlim();
        using var heard = new Measurements(Pool, _ => release.Wait(TimeSpan.FromSeconds(60)));
        try
        {
            var pool = await StartNamedAsync(1, 1);
            var connection = await pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(15));
            await pool.Manager.Ask<ConnPut>(new PutConn(connection), TimeSpan.FromSeconds(15));
            var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
            await ExpectMsgAsync<BorrowerActor.Borrowed>();
            Sys.Stop(borrower);
            await EventuallyAsync(() => pool.Statistics.EndedByForce == 1, "the lease is over");

            connection = await pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(15));
            Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1::bigint"));
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public async Task A_connection_is_back_before_a_slow_listener_hears_of_it()
    {
        using var release = new ManualResetEventSlim();
        using var heard = new Measurements(Pool, instrument =>
        {
            if (instrument.EndsWith("use_time", StringComparison.Ordinal))
                release.Wait(TimeSpan.FromSeconds(60));
        });
        try
        {
            var pool = await StartNamedAsync(1, 1);
            var first = await pool.GetConnAsync();
            var returning = Task.Run(first.Close);
            await using var second = await pool.GetConnAsync();

            Assert.False(returning.IsCompleted);
            release.Set();
            await returning;
        }
        finally
        {
            release.Set();
        }
    }
}

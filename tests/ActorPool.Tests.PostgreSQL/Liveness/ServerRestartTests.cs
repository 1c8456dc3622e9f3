using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>A server that stops and starts again.</summary>
public sealed class ServerRestartTests(OwnServer own) : LivenessTest, IClassFixture<OwnServer>
{
    [Theory]
    [InlineData(PostgresStopMode.Fast)]
    [InlineData(PostgresStopMode.Immediate)]
    public async Task Borrowers_see_no_error_once_the_server_is_back(PostgresStopMode mode)
    {
        var pool = await StartAsync(new PoolSettings(own.Server.ConnectionString, 8, 8) { ValidateAfterIdle = Timeout.InfiniteTimeSpan });
        var before = await UseAllAsync(pool, 8);

        await own.Server.RestartAsync(mode);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => UseAsync(pool, byAsk: n % 2 == 0, n % 3 == 0 ? n : null)));
        var after = new List<int>(await UseAllAsync(pool, 8));
        for (var i = 0; i < 20; i++)
            after.Add(await UseAsync(pool));
        Assert.Empty(before.Intersect(after));
    }

    [Fact]
    public async Task A_restart_under_load_fails_running_commands_and_no_request()
    {
        var pool = await StartAsync(new PoolSettings(own.Server.ConnectionString, 4, 4) { AcquireTimeout = TimeSpan.FromSeconds(30) });
        using var end = new CancellationTokenSource();
        var served = 0;
        var loops = Enumerable.Range(0, 12).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                await using var connection = await pool.GetConnAsync();
                try
                {
                    await ExecuteAsync(connection, "SELECT pg_sleep(0.001)");
                    Interlocked.Increment(ref served);
                }
                catch (NpgsqlException error) when (error is not PoolException)
                {
                    // The server stopped during the command.
                }
            }
        }).ToArray();
        await EventuallyAsync(() => Volatile.Read(ref served) > 100, "the load runs");

        await own.Server.RestartAsync();

        var then = Volatile.Read(ref served);
        await EventuallyAsync(() => Volatile.Read(ref served) > then + 100, "the load runs again");
        await end.CancelAsync();
        await Task.WhenAll(loops);
        Assert.Equal(0, pool.Statistics.TimedOut);
        await EventuallyAsync(() => pool.Statistics is { Idle: 4, Waiting: 0 }, "all are back");
    }

    [Fact]
    public async Task Attempts_back_off_and_timeouts_carry_the_error_while_a_server_is_down()
    {
        var pool = await StartAsync(new PoolSettings(own.Server.ConnectionString, 0, 4));
        await UseAllAsync(pool, 4);
        await own.Server.StopAsync();
        var clock = Stopwatch.StartNew();

        var early = await StartAsync(new PoolSettings(own.Server.ConnectionString, 0, 2) { Name = "early" });
        var refused = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => RefusalAsync(n % 10 == 0 ? early : pool)));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
        Assert.All(refused, error => Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind));
        Assert.All(refused, error => Assert.IsType<NpgsqlException>(error.InnerException, exactMatch: false));
        // Ten attempts in the first 50 ms, and then pauses of a tenth of the time since the loss, with jitter.
        Assert.InRange(pool.Statistics.ConnectFailures, 3, 70);
        Assert.Equal((0, 4), (pool.Statistics.Open, pool.Statistics.Lost));
        Assert.NotNull(pool.Statistics.LastConnectError);

        await own.Server.StartAgainAsync();
        clock.Restart();
        await Task.WhenAll(UseAsync(pool), UseAsync(early));
        // The longest back-off is ten seconds; a waiting request makes it shorter.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Assert.Null(pool.Statistics.LastConnectError);
    }

    [Fact]
    public async Task An_unused_pool_returns_to_its_minimum_when_the_server_is_back()
    {
        var pool = await StartAsync(new PoolSettings(own.Server.ConnectionString, 3, 3) { ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), 0) });
        await own.Server.StopAsync();
        await EventuallyAsync(() => pool.Statistics is { Lost: 3, Open: 0, ConnectFailures: > 1 }, "the loss is noticed");

        await own.Server.StartAgainAsync();

        await EventuallyAsync(() => pool.Statistics is { Idle: 3 }, "three are open again");
    }

    private static async Task<PoolException> RefusalAsync(ConnectionPool pool) =>
        await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromSeconds(2) }).AsTask());
}

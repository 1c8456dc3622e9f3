using ActorPool.Tests.PostgreSQL.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>A server behind a Unix socket is treated as one behind TCP.</summary>
public sealed class UnixSocketTests : PoolTest
{
    // This PL/pgSQL code catches every cancellation.
    private const string Stubborn = """
        DO $$
        DECLARE until timestamptz := clock_timestamp() + interval '2.8 s';
        BEGIN
            WHILE clock_timestamp() < until LOOP
                BEGIN
                    PERFORM pg_sleep(0.1);
                EXCEPTION WHEN query_canceled THEN NULL;
                END;
            END LOOP;
        END $$
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stubborn_backend_is_not_replaced_before_it_is_gone(bool driverHasCutTheSocket)
    {
        var pool = await StartBehindSocketAsync(max: 1);
        var lease = await pool.GetConnAsync();
        var command = lease.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (Stubborn, driverHasCutTheSocket ? 1 : 0);
        var running = command.ExecuteNonQueryAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));
        if (driverHasCutTheSocket)
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        await lease.DisposeAsync();

        var most = await Backends.MostDuringAsync(UseAsync(pool));

        Assert.Equal(1, most);
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task An_ordinary_end_takes_no_longer_than_the_backend_does()
    {
        // Where the end of a backend cannot be seen, the pool waits for a second, in every round. A busy machine spoils some rounds.
        var shortest = TimeSpan.MaxValue;
        for (var round = 0; round < 10 && shortest > TimeSpan.FromSeconds(0.9); round++)
        {
            var pool = await StartBehindSocketAsync(max: 2);
            await using (await pool.GetConnAsync())
                await UseAsync(pool);
            var clock = System.Diagnostics.Stopwatch.StartNew();

            await pool.CloseAllAsync();

            shortest = clock.Elapsed < shortest ? clock.Elapsed : shortest;
            Assert.Equal(0, await Backends.CountAsync());
        }

        Assert.True(shortest < TimeSpan.FromSeconds(0.9), $"It took {shortest}.");
    }

    [Fact]
    public async Task A_server_that_is_restarted_is_tried_again_as_often_as_over_TCP()
    {
        var server = await StartServerAsync(new PostgresServerOptions { UnixSocket = true, AlwaysThrowaway = true });
        var pool = await StartAsync(new PoolSettings(server.UnixSocketConnectionString!, 1, 1));
        await server.StopAsync();
        var served = UseAsync(pool);

        // A refused connection is tried ten times in the first 50 ms, an unknown error four times in a second and a half.
        await EventuallyAsync(() => pool.Statistics.ConnectFailures >= 12, "it is tried often");
        await server.StartAgainAsync();

        await served;
    }

    private static async Task UseAsync(ConnectionPool pool)
    {
        await using var connection = await pool.GetConnAsync();
        await ExecuteAsync(connection, "SELECT 1");
    }

    private async Task<ConnectionPool> StartBehindSocketAsync(int max)
    {
        var text = await Server.ThroughUnixSocketAsync(ConnectionString);
        Assert.True(text is not null, "A server given from outside has no Unix socket that is known here: run this test without one.");
        return await StartAsync(new PoolSettings($"{text};Cancellation Timeout=-1", 1, max));
    }
}

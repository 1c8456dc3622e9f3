using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>A server without a free slot (53300).</summary>
public sealed class ServerFullTests : LivenessTest
{
    [Fact]
    public async Task Those_who_wait_keep_waiting_and_are_served_when_a_slot_is_free()
    {
        var server = await StartServerAsync(new PostgresServerOptions { MaxServerConnections = 2 });
        var others = new[] { await OpenAsync(server), await OpenAsync(server) };
        var pool = await StartAsync(new PoolSettings(server.ConnectionString, 0, 2) { AcquireTimeout = TimeSpan.FromSeconds(30) });
        var waiting = Enumerable.Range(0, 10).Select(n => UseAsync(pool, byAsk: n % 2 == 0)).ToArray();
        await EventuallyAsync(() => pool.Statistics is { Waiting: 10, ConnectFailures: > 2 }, "it is full, and they wait");
        Assert.Contains("53300", pool.Statistics.LastConnectError, StringComparison.Ordinal);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        await others[0].DisposeAsync();

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), (pool.Statistics.Waiting, pool.Statistics.TimedOut));
        await others[1].DisposeAsync();
        await UseAllAsync(pool, 2);
    }

    [Fact]
    public async Task One_whose_time_is_up_is_told_that_the_server_is_full()
    {
        var server = await StartServerAsync(new PostgresServerOptions { MaxServerConnections = 1 });
        await using var other = await OpenAsync(server);
        var pool = await StartAsync(new PoolSettings(server.ConnectionString, 0, 2) { AcquireTimeout = TimeSpan.FromSeconds(1) });

        var error = await Assert.ThrowsAsync<PoolException>(() => UseAsync(pool));

        Assert.Equal((PoolErrorKind.ConnectFailed, PostgresErrorCodes.TooManyConnections, true), (error.Kind, error.SqlState, error.IsTransient));
        Assert.Contains("clients", error.Message, StringComparison.Ordinal);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresServer server)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        while (true)
        {
            try
            {
                await connection.OpenAsync();
                return connection;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                // The one that proved the server's start is there yet.
            }
        }
    }
}

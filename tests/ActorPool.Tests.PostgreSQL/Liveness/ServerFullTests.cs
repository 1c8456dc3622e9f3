using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>A server that has no free slot for the user (53300).</summary>
public sealed class ServerFullTests : LivenessTest
{
    [Fact]
    public async Task Waiting_requests_are_served_when_a_slot_is_free()
    {
        var limited = await LimitedUserAsync(2);
        var others = new[] { await OpenAsync(limited), await OpenAsync(limited) };
        var pool = await StartAsync(new PoolSettings(limited, 0, 2) { AcquireTimeout = TimeSpan.FromSeconds(30) });
        var waiting = Enumerable.Range(0, 10).Select(n => UseAsync(pool, byAsk: n % 2 == 0)).ToArray();
        await EventuallyAsync(() => pool.Statistics is { Waiting: 10, ConnectFailures: > 2 }, "the server is full, and all wait");
        Assert.Contains("53300", pool.Statistics.LastConnectError, StringComparison.Ordinal);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        await others[0].DisposeAsync();

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(12));
        Assert.Equal((0, 0), (pool.Statistics.Waiting, pool.Statistics.TimedOut));
        await others[1].DisposeAsync();
        await UseAllAsync(pool, 2);
    }

    [Fact]
    public async Task A_request_that_times_out_learns_that_the_server_is_full()
    {
        var pool = await StartAsync(new PoolSettings(await LimitedUserAsync(1), 1, 4));
        var held = await pool.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromSeconds(2) }).AsTask());

        Assert.Equal((PoolErrorKind.ConnectFailed, PostgresErrorCodes.TooManyConnections, true), (error.Kind, error.SqlState, error.IsTransient));
        Assert.Contains("too many connections", error.Message, StringComparison.Ordinal);
        var waiting = UseAsync(pool);
        await held.DisposeAsync();
        await waiting;
    }

    [Fact]
    public async Task A_start_waits_for_a_free_slot()
    {
        var limited = await LimitedUserAsync(1);
        var other = await OpenAsync(limited);

        var start = StartAsync(new PoolSettings(limited, 1, 1) { Name = "patient" });
        Assert.Equal(1, await Backends.CountAsync());
        Assert.False(start.IsCompleted);
        await other.DisposeAsync();

        Assert.Equal(1, (await start.WaitAsync(TimeSpan.FromSeconds(12))).Statistics.Open);
    }

    [Fact]
    public async Task A_start_that_fails_half_way_leaves_no_backend_and_its_name_free()
    {
        var settings = new PoolSettings(await LimitedUserAsync(2), 3, 3) { AcquireTimeout = TimeSpan.FromMilliseconds(300), Name = "half" };

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(settings));

        Assert.Equal(PostgresErrorCodes.TooManyConnections, error.SqlState);
        Assert.Equal(0, await Backends.CountAsync());
        await StartAsync(settings with { MinConnections = 2 });
    }

    /// <summary>The connection string of a user who may have so many connections.</summary>
    private async Task<string> LimitedUserAsync(int connections)
    {
        var user = $"limited_{Guid.NewGuid():N}";
        await using var admin = await OpenAsync(ConnectionString);
        await using var create = new NpgsqlCommand($"CREATE ROLE {user} LOGIN CONNECTION LIMIT {connections}", admin);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Username = user }.ConnectionString;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}

using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

public sealed class ConnectFailureTests : PoolTest
{
    [Fact]
    public async Task A_start_without_a_server_fails_with_the_reason()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = 1 }.ConnectionString;
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(nowhere, 1, 2)));

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.IsType<NpgsqlException>(error.InnerException);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public async Task A_start_in_a_database_that_does_not_exist_has_the_servers_own_error_inside()
    {
        var wrong = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "no_such_database" }.ConnectionString;

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(wrong, 2, 2)));

        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, error.SqlState);
        Assert.Contains("no_such_database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_fails_half_way_leaves_no_backend_and_its_name_free()
    {
        var limited = await LimitedUserAsync(2);
        var settings = new PoolSettings(limited, 3, 3) { AcquireTimeout = TimeSpan.FromMilliseconds(300), Name = "half" };

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(settings));

        Assert.Equal(PostgresErrorCodes.TooManyConnections, error.SqlState);
        Assert.Equal(0, await Backends.CountAsync());
        await StartAsync(settings with { MinConnections = 2 });
    }

    [Fact]
    public async Task A_start_waits_for_a_server_that_is_full_to_have_a_free_slot()
    {
        var limited = await LimitedUserAsync(1);
        var other = new NpgsqlConnection(limited + ";Pooling=false");
        await other.OpenAsync();

        var start = StartAsync(new PoolSettings(limited, 1, 1) { Name = "patient" });
        Assert.Equal(1, await Backends.CountAsync());
        Assert.False(start.IsCompleted);
        await other.DisposeAsync();

        Assert.Equal(1, (await start.WaitAsync(TimeSpan.FromSeconds(5))).Statistics.Open);
    }

    [Fact]
    public async Task Requests_wait_while_the_server_is_full_and_are_told_so_at_their_timeout()
    {
        var limited = await LimitedUserAsync(1);
        var pool = await StartAsync(new PoolSettings(limited, 1, 4) { AcquireTimeout = TimeSpan.FromMilliseconds(500), Name = "full" });
        var held = await pool.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Equal(PostgresErrorCodes.TooManyConnections, error.SqlState);
        var waiting = pool.GetConnAsync().AsTask();
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Without_waiting_the_error_of_an_open_is_given_at_once()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = 1 }.ConnectionString;
        var pool = await StartAsync(PoolSettings.Psycopg2(nowhere, 0, 2) with { Name = "hasty" });

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Equal(0, pool.Statistics.Open);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_at_once_to_those_who_wait()
    {
        var wrong = new NpgsqlConnectionStringBuilder(ConnectionString) { Username = "no_such_user", Password = "geheim" }.ConnectionString;
        var pool = await StartAsync(new PoolSettings(wrong, 0, 2) { Name = "wrong" });

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5)));

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.StartsWith("28", error.SqlState, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_comes_later_serves_those_who_wait_for_it()
    {
        await using var server = await PostgresServer.StartAsync();
        Assert.True(server.IsThrowaway, "A server given from outside cannot be stopped: run this test without one.");
        await server.StopAsync();
        var pool = await StartAsync(new PoolSettings(server.ConnectionString, 0, 2) { AcquireTimeout = TimeSpan.FromSeconds(1), Name = "early" });
        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());
        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.InRange(pool.Statistics.ConnectFailures, 2, 60);

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var waiting = Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    return await pool.GetConnAsync(cancellationToken: late.Token);
                }
                catch (PoolException)
                {
                    // Not yet.
                }
            }
        });
        await server.StartAgainAsync();

        await using var connection = await waiting;
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1::bigint"));
    }

    private async Task<string> LimitedUserAsync(int connections)
    {
        var user = $"limited_{Guid.NewGuid():N}";
        await using var admin = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE ROLE {user} LOGIN CONNECTION LIMIT {connections}", admin);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Username = user }.ConnectionString;
    }
}

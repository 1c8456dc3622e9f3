using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>Errors that last until they are corrected: the text has the remedy and no advice to try again, and the log no untrue line.</summary>
public sealed class PermanentFailureTests : PoolTest
{
    private static readonly string[] LooksLikeABug = ["has stopped", "tried again", "tries again", "connections could not be opened", "check that the server runs"];

    [Theory]
    [InlineData("database", "3D000", "Create the database")]
    [InlineData("user", "28000", "pg_hba.conf")]
    [InlineData("privilege", "42501", "Grant this user CONNECT")]
    public async Task A_start_that_can_never_succeed_fails_with_the_remedy_and_logs_nothing_untrue(string wrong, string state, string remedy)
    {
        using var log = new DebugLog();
        var settings = new PoolSettings(await SpoiledAsync(wrong), 2, 4);

        var error = await Assert.ThrowsAsync<PoolException>(() => ConnectionPool.StartAsync(log.System, settings));
        await log.System.Terminate();

        Expect(error, state, remedy);
        Assert.Contains("did not start", error.Message, StringComparison.Ordinal);
        Assert.All(LooksLikeABug, words => Assert.DoesNotContain(words, log.All + error.Message, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_request_to_a_running_pool_gets_the_same_error_and_the_log_the_next_step()
    {
        var pool = await StartAsync(new PoolSettings(await SpoiledAsync("database"), 0, 4) { Name = "wrong" });

        var error = await EventFilter.Warning(contains: "Create the database, or correct Database in connection-string. The next request tries again.")
            .ExpectOneAsync(() => Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask()));

        Expect(error, "3D000", "Create the database");
    }

    [Fact]
    public async Task The_pool_without_actors_has_the_same_words()
    {
        var wrong = await SpoiledAsync("database");

        var error = await Assert.ThrowsAsync<PoolException>(() => SimpleConnectionPool.StartAsync(new PoolSettings(wrong, 1, 1)));
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(wrong, 0, 1));

        Expect(error, "3D000", "Create the database");
        Assert.Contains("did not start", error.Message, StringComparison.Ordinal);
        Expect(await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask()), "3D000", "Create the database");
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_a_transient_error_with_its_remedy()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = 1 }.ConnectionString;

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(nowhere, 1, 2)));

        Assert.True(error.IsTransient);
        Assert.Contains("No server listens at this address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_that_does_not_exist_is_named_as_the_reason()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(ConnectionString) { Host = "no-such-host.invalid" }.ConnectionString;

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(nowhere, 1, 2)));

        Assert.Contains("cannot be resolved", error.Message, StringComparison.Ordinal);
    }

    private static void Expect(PoolException error, string state, string remedy)
    {
        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Equal(state, error.SqlState);
        Assert.False(error.IsTransient);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    private async Task<string> SpoiledAsync(string wrong)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        switch (wrong)
        {
            case "database":
                text.Database = "no_such_database";
                break;
            case "user":
                text.Username = "no_such_user";
                break;
            default:
                text.Username = $"stranger_{Guid.NewGuid():N}";
                await using (var admin = new NpgsqlConnection(ConnectionString + ";Pooling=false"))
                {
                    await admin.OpenAsync();
                    await using var revoke = new NpgsqlCommand($"CREATE ROLE {text.Username} LOGIN; REVOKE CONNECT ON DATABASE {text.Database} FROM PUBLIC", admin);
                    await revoke.ExecuteNonQueryAsync();
                }

                break;
        }

        return text.ConnectionString;
    }
}

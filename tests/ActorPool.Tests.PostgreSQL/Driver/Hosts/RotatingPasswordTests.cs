using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>A password that is replaced while the pool runs.</summary>
public sealed class RotatingPasswordTests : HostsTest
{
    [Fact]
    public async Task Every_open_after_a_rotation_has_the_new_password()
    {
        var server = await StartServerAsync(new() { AlwaysThrowaway = true });
        await using var admin = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await admin.OpenAsync();
        await RunAsync(admin, "CREATE ROLE app LOGIN PASSWORD 'one'");
        // The server trusts local connections, except for this role.
        await RunAsync(admin, """
            DO $$ BEGIN EXECUTE format(
                $copy$COPY (SELECT 'host all app 127.0.0.1/32 scram-sha-256' UNION ALL SELECT 'host all all 127.0.0.1/32 trust') TO %L$copy$, current_setting('hba_file'));
            END $$
            """);
        await RunAsync(admin, "SELECT pg_reload_conf()");
        var secret = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(secret, "one");
            var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "app" };
            var pool = await StartAsync(new PoolSettings(text.ConnectionString, 1, 2)
            {
                // As in the README.
                ConfigureDataSource = source => source.UsePasswordProvider(
                    _ => File.ReadAllText(secret),
                    (_, cancellationToken) => new ValueTask<string>(File.ReadAllTextAsync(secret, cancellationToken))),
            });

            await RunAsync(admin, "ALTER ROLE app PASSWORD 'two'");
            await File.WriteAllTextAsync(secret, "two");
            await RunAsync(admin, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'app'");
            for (var opened = pool.Statistics.Opened; pool.Statistics.Opened < opened + 2;)
            {
                await using var one = await pool.GetConnAsync();
                await using var other = await pool.GetConnAsync();
                Assert.Equal("app", await ScalarAsync(other, "SELECT session_user"));
            }

            Assert.Equal(0, pool.Statistics.ConnectFailures);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    private static async Task RunAsync(NpgsqlConnection admin, string sql)
    {
        await using var command = new NpgsqlCommand(sql, admin);
        await command.ExecuteNonQueryAsync();
    }
}

using ActorPool.Driver;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>Time-outs are for the work of borrowers: the full reset lifts them for itself and restores them.</summary>
public sealed class ResetTimeoutTests : DriverTest
{
    [Theory]
    [InlineData(DriverAccess.Internals, false)]
    [InlineData(DriverAccess.Internals, true)]
    [InlineData(DriverAccess.PublicOnly, false)]
    public async Task The_full_reset_completes_under_every_timeout_of_the_session(DriverAccess access, bool prepend)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { Options = "-c statement_timeout=1500ms -c lock_timeout=1400ms" }.ConnectionString;
        var pool = await StartOneAsync(access, settings => settings with { ConnectionString = text, PrependReset = prepend, ValidateTimeout = TimeSpan.FromSeconds(15) });
        await using var other = new NpgsqlConnection(ConnectionString);
        await other.OpenAsync();
        int pid;
        await using (var last = await pool.GetConnAsync("last"))
        {
            await ExecuteAsync(last, "CREATE TEMP TABLE mine (n int); SET statement_timeout = '1200ms'");
            pid = await PidAsync(last);
            // The reset must wait for this lock.
            var temp = await ScalarAsync(last, "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()");
            await using var hold = new NpgsqlCommand($"BEGIN; LOCK TABLE {temp}.mine IN ACCESS SHARE MODE", other);
            await hold.ExecuteNonQueryAsync();
        }

        var next = NextAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1, $"pid = {pid} AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '1700ms'"));
        await using (var release = new NpgsqlCommand("ROLLBACK", other))
            await release.ExecuteNonQueryAsync();

        Assert.Equal((pid, "1500ms", "1400ms"), await next);

        async Task<(int, object?, object?)> NextAsync()
        {
            await using var lease = await pool.GetConnAsync("next");
            return (await PidAsync(lease), await ScalarAsync(lease, "SHOW statement_timeout"), await ScalarAsync(lease, "SHOW lock_timeout"));
        }
    }

    [Theory]
    [InlineData(12, false)]
    [InlineData(16, false)]
    [InlineData(17, true)]
    [InlineData(19, true)]
    public void The_time_out_of_a_transaction_is_lifted_where_there_is_one(int version, bool isThere)
    {
        var reset = FullReset.For(new Version(version, 1));

        Assert.Equal(isThere, reset.Statements.Any(statement => statement.Contains("transaction_timeout", StringComparison.Ordinal)));
        Assert.Equal(isThere, System.Text.Encoding.ASCII.GetString(reset.Message).Contains("transaction_timeout", StringComparison.Ordinal));
    }
}

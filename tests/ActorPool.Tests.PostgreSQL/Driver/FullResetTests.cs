using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>A full reset leaves nothing of the last key in the session and keeps the backend.</summary>
public sealed class FullResetTests : DriverTest
{
    [Theory, BothWays]
    public async Task Settings_are_reset(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "SET search_path = elsewhere; SET work_mem = '77MB'"));

        Assert.DoesNotContain("elsewhere", (string)(await ScalarAsync(next, "SHOW search_path"))!, StringComparison.Ordinal);
        Assert.NotEqual("77MB", await ScalarAsync(next, "SHOW work_mem"));
    }

    [Theory, BothWays]
    public async Task SET_ROLE_is_reset(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "SET ROLE pg_monitor"));

        Assert.Equal(await ScalarAsync(next, "SELECT session_user::text"), await ScalarAsync(next, "SELECT current_user::text"));
        Assert.Equal("none", await ScalarAsync(next, "SHOW role"));
    }

    [Theory, BothWays]
    public async Task SET_SESSION_AUTHORIZATION_is_reset(DriverAccess access)
    {
        object? user = null;
        await using var next = await HandOverAsync(access, async lease =>
        {
            user = await ScalarAsync(lease, "SELECT session_user::text");
            await ExecuteAsync(lease, "SET SESSION AUTHORIZATION pg_monitor");
            Assert.NotEqual(user, await ScalarAsync(lease, "SELECT session_user::text"));
        });

        Assert.Equal(user, await ScalarAsync(next, "SELECT session_user::text"));
    }

    [Theory, BothWays]
    public async Task Temp_tables_are_dropped(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "CREATE TEMP TABLE mine (n int)"));

        Assert.Equal(DBNull.Value, await ScalarAsync(next, "SELECT to_regclass('pg_temp.mine')::text"));
    }

    [Theory, BothWays]
    public async Task LISTEN_is_ended(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "LISTEN news"));

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_listening_channels()"));
    }

    [Theory, BothWays]
    public async Task Advisory_locks_are_released(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "SELECT pg_advisory_lock(7); SELECT pg_advisory_lock_shared(8)"));

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"));
    }

    [Theory, BothWays]
    public async Task Cursors_WITH_HOLD_are_closed(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease =>
            ExecuteAsync(lease, "BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT generate_series(1, 3); COMMIT"));

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_cursors WHERE name = 'held'"));
    }

    [Theory, BothWays]
    public async Task The_cache_of_sequences_is_dropped(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, lease => ExecuteAsync(lease, "CREATE SEQUENCE counted; SELECT nextval('counted')"));

        var error = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(next, "SELECT currval('counted')"));
        Assert.Equal(PostgresErrorCodes.ObjectNotInPrerequisiteState, error.SqlState);
    }

    [Theory, BothWays]
    public async Task A_full_reset_works_when_a_transaction_was_left_open(DriverAccess access)
    {
        await using var next = await HandOverAsync(access, async lease =>
        {
            await ExecuteAsync(lease, "SET work_mem = '77MB'; CREATE TEMP TABLE mine (n int); SELECT pg_advisory_lock(7)");
            await ExecuteAsync(lease, "BEGIN");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(lease, "SELECT 1 / 0"));
        });

        Assert.NotEqual("77MB", await ScalarAsync(next, "SHOW work_mem"));
        Assert.Equal(DBNull.Value, await ScalarAsync(next, "SELECT to_regclass('pg_temp.mine')::text"));
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"));
    }

    [Theory, BothWays]
    public async Task A_session_is_clean_for_each_next_key_and_for_unkeyed_use(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        foreach (var key in new object?[] { "a", null, "b", "a" })
        {
            await using var lease = await pool.GetConnAsync(key);
            Assert.True(lease.IsNewSession);
            Assert.NotEqual("77MB", await ScalarAsync(lease, "SHOW work_mem"));
            await ExecuteAsync(lease, "SET work_mem = '77MB'");
        }
    }

    [Theory, BothWays]
    public async Task A_key_finds_its_session_as_it_was_left(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        await using (var lease = await pool.GetConnAsync("a"))
            await ExecuteAsync(lease, "SET work_mem = '77MB'");

        await using var again = await pool.GetConnAsync("a");
        Assert.False(again.IsNewSession);
        Assert.Equal("77MB", await ScalarAsync(again, "SHOW work_mem"));
    }

    [Theory, BothWays]
    public async Task Reset_discard_all_cleans_the_session_on_every_return(DriverAccess access)
    {
        var pool = await StartOneAsync(access, settings => settings with { Reset = ResetMode.DiscardAll });
        await using (var lease = await pool.GetConnAsync("a"))
            await ExecuteAsync(lease, "SET work_mem = '77MB'");

        await using var again = await pool.GetConnAsync("a");
        Assert.True(again.IsNewSession);
        Assert.NotEqual("77MB", await ScalarAsync(again, "SHOW work_mem"));
    }

    [Theory, BothWays]
    public async Task Without_discard_on_key_change_the_next_key_finds_the_session_as_it_was_left(DriverAccess access)
    {
        var pool = await StartOneAsync(access, settings => settings with { DiscardOnKeyChange = false });
        await using (var lease = await pool.GetConnAsync("a"))
            await ExecuteAsync(lease, "SET work_mem = '77MB'");

        await using var next = await pool.GetConnAsync("b");
        Assert.Equal("77MB", await ScalarAsync(next, "SHOW work_mem"));
    }

    private async Task<PooledConnection> HandOverAsync(DriverAccess access, Func<PooledConnection, Task> use)
    {
        var pool = await StartOneAsync(access);
        int pid;
        await using (var lease = await pool.GetConnAsync("one"))
        {
            pid = await PidAsync(lease);
            await use(lease);
        }

        var next = await pool.GetConnAsync("another");
        Assert.True(next.IsNewSession);
        Assert.Equal(pid, await PidAsync(next));
        return next;
    }
}

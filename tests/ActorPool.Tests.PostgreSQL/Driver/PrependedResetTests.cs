using System.Data;
using ActorPool.Driver.Internals;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using static ActorPool.Tests.PostgreSQL.Support.DriverAccess;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>With <c>prepend-reset</c> the full reset goes ahead of the first command of the next user, of whatever kind that command is.</summary>
public sealed class PrependedResetTests : DriverTest
{
    private const string Dirt = "SET work_mem = '77MB'; CREATE TEMP TABLE mine (n int); SELECT pg_advisory_lock(7)";

    [Fact]
    public async Task A_prepended_reset_costs_no_round_trip()
    {
        var pool = await StartPrependingAsync();
        var pid = await UseAsync(pool, "one");

        await using var next = await pool.GetConnAsync("another");

        Assert.Equal(1, await Backends.CountAsync($"pid = {pid} AND query LIKE '%{nameof(UseAsync)}'"));
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task An_unused_lease_leaves_no_lock_of_an_earlier_user_on_an_idle_connection()
    {
        var pool = await StartPrependingAsync();
        var pid = await UseAsync(pool, "one");
        await (await pool.GetConnAsync("another")).DisposeAsync();

        await EventuallyAsync(() => pool.Statistics is { Idle: 1, Resetting: 0 }, "it is idle again");
        Assert.Equal(0, await Backends.CountAsync($"pid = {pid} AND EXISTS (SELECT FROM pg_locks lock WHERE lock.pid = pg_stat_activity.pid AND locktype = 'advisory')"));
    }

    [Fact]
    public async Task Unused_leases_follow_each_other_without_a_round_trip_while_requests_wait()
    {
        var pool = await StartPrependingAsync();
        var pid = await UseAsync(pool, "one");
        var first = await pool.GetConnAsync("another");
        // One reset for each lease would be more than the driver's buffer holds.
        var waiting = Enumerable.Range(0, 200).Select(user => pool.GetConnAsync(user).AsTask()).ToArray();
        var last = pool.GetConnAsync("last").AsTask();
        await first.DisposeAsync();
        foreach (var next in waiting)
            await (await next).DisposeAsync();

        await using var lease = await last;
        Assert.Equal(1, await Backends.CountAsync($"pid = {pid} AND query LIKE '%{nameof(UseAsync)}'"));
        await AssertCleanAsync(lease);
    }

    [Fact]
    public async Task A_key_that_sent_nothing_finds_a_new_session_again()
    {
        var pool = await StartPrependingAsync();
        await UseAsync(pool, "one");
        await (await pool.GetConnAsync("another")).DisposeAsync();

        await using var again = await pool.GetConnAsync("another");
        Assert.True(again.IsNewSession);
        await AssertCleanAsync(again);
    }

    [Fact]
    public async Task A_transaction_may_come_first()
    {
        await using var next = await HandOverAsync();
        await using (var transaction = await next.BeginTransactionAsync(IsolationLevel.Serializable))
        {
            Assert.Equal("serializable", await ScalarAsync(next, "SHOW transaction_isolation"));
            await AssertCleanAsync(next);
            await transaction.RollbackAsync();
        }

        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_transaction_may_be_all_and_empty()
    {
        await using var next = await HandOverAsync();
        await (await next.BeginTransactionAsync()).CommitAsync();

        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task An_unsent_transaction_does_not_undo_the_reset()
    {
        var pool = await StartPrependingAsync();
        await UseAsync(pool, "one");
        await using (var careless = await pool.GetConnAsync("another"))
            _ = await careless.BeginTransactionAsync();

        await using var next = await pool.GetConnAsync("another");
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task COPY_may_come_first()
    {
        await using var next = await HandOverAsync("CREATE TABLE copied (n int)");
        await using (var import = await next.Npgsql.BeginBinaryImportAsync("COPY copied FROM STDIN (FORMAT binary)"))
        {
            await import.WriteRowAsync(CancellationToken.None, 41);
            await import.CompleteAsync();
        }

        Assert.Equal(41, await ScalarAsync(next, "SELECT n FROM copied"));
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_batch_a_preparation_and_a_blocking_call_may_come_first()
    {
        var pool = await StartPrependingAsync();
        for (var round = 0; round < 3; round++)
        {
            await UseAsync(pool, $"batch {round}");
            await using (var next = await pool.GetConnAsync($"after batch {round}"))
            {
                await using var batch = new NpgsqlBatch(next.Npgsql) { BatchCommands = { new("SELECT 1"), new("SELECT 2") } };
                Assert.Equal(1, await batch.ExecuteScalarAsync());
                await AssertCleanAsync(next);
            }

            await UseAsync(pool, $"preparation {round}");
            await using (var next = await pool.GetConnAsync($"after preparation {round}"))
            {
                await using var command = new NpgsqlCommand("SELECT 40 + $1", next.Npgsql) { Parameters = { new() { Value = 2 } } };
                await command.PrepareAsync();
                Assert.Equal(42, await command.ExecuteScalarAsync());
                await AssertCleanAsync(next);
            }

            await UseAsync(pool, $"blocking {round}");
            await using (var next = await pool.GetConnAsync($"after blocking {round}"))
            {
                using var command = new NpgsqlCommand("SELECT 42", next.Npgsql);
                Assert.Equal(42, command.ExecuteScalar());
                await AssertCleanAsync(next);
            }
        }
    }

    [Fact]
    public async Task A_first_command_that_fails_gives_its_error_and_the_session_is_clean()
    {
        await using var next = await HandOverAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(next, "SELECT 1 / 0"));

        Assert.Equal(PostgresErrorCodes.DivisionByZero, error.SqlState);
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_first_command_can_be_cancelled_and_the_session_is_clean()
    {
        await using var next = await HandOverAsync();
        using var cancellation = new CancellationTokenSource();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(60)", next.Npgsql);
        var sleep = command.ExecuteNonQueryAsync(cancellation.Token);
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep);
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_wait_for_notifications_may_come_first()
    {
        await using var next = await HandOverAsync("LISTEN news");

        Assert.False(await next.Npgsql.WaitAsync(TimeSpan.FromMilliseconds(500)));

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_listening_channels()"));
    }

    [Fact]
    public async Task Notifications_for_the_last_user_do_not_reach_the_next()
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        var pool = await StartAsync(Internals, 2, 2, settings => settings with { PrependReset = true });
        await using var sender = await pool.GetConnAsync();
        var last = await pool.GetConnAsync("one");
        await ExecuteAsync(last, "LISTEN news");
        var socket = internals.SocketOf(last.Npgsql)!;
        await last.DisposeAsync();
        await ExecuteAsync(sender, "NOTIFY news, 'secret'");
        await EventuallyAsync(() => socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead), "it stands on the socket");

        await using var next = await pool.GetConnAsync("another");
        var heard = new List<string>();
        NotificationEventHandler hear = (_, notification) => heard.Add(notification.Payload);
        next.Npgsql.Notification += hear;
        await AssertCleanAsync(next);

        next.Npgsql.Notification -= hear;
        Assert.Empty(heard);
    }

    [Fact]
    public async Task A_connection_with_a_reset_to_be_sent_is_closed_as_any_other()
    {
        var pool = await StartPrependingAsync();
        await UseAsync(pool, "one");
        await (await pool.GetConnAsync("another")).DisposeAsync();

        await pool.CloseAllAsync();

        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_connection_with_keepalives_is_reset_before_it_is_lent()
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { KeepAlive = 600 }.ConnectionString;
        var pool = await StartPrependingAsync(settings => settings with { ConnectionString = text });
        var pid = await UseAsync(pool, "one");

        await using var next = await pool.GetConnAsync("another");

        Assert.Equal(1, await Backends.CountAsync($"pid = {pid} AND query LIKE 'DISCARD%'"));
        await AssertCleanAsync(next);
    }

    [Theory, BothWays]
    public async Task A_waiter_finds_nothing_of_the_last_user_with_discard_all(DriverAccess access)
    {
        var pool = await StartOneAsync(access, settings => settings with { Reset = ResetMode.DiscardAll, PrependReset = true });
        var first = await pool.GetConnAsync();
        await ExecuteAsync(first, Dirt);
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await first.DisposeAsync();

        await using var next = await waiting;
        Assert.True(next.IsNewSession);
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_command_is_not_run_when_the_reset_ahead_of_it_fails()
    {
        var pool = await StartAsync(Internals, 2, 2, settings => settings with { PrependReset = true });
        await using var other = await pool.GetConnAsync();
        await ExecuteAsync(other, "CREATE SCHEMA tenant; CREATE TABLE tenant.t (n int); CREATE TABLE public.t (n int)");
        string temp;
        int pid;
        await using (var last = await pool.GetConnAsync("one"))
        {
            await ExecuteAsync(last, "SET search_path = tenant; CREATE TEMP TABLE mine (n int)");
            pid = await PidAsync(last);
            temp = (string)(await ScalarAsync(last, "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()"))!;
        }

        // The reset has to wait for this lock, and is cancelled with the command.
        await ExecuteAsync(other, $"BEGIN; LOCK TABLE {temp}.mine IN ACCESS SHARE MODE");
        await using (var next = await pool.GetConnAsync("another"))
        {
            await using var command = new NpgsqlCommand("INSERT INTO t VALUES (1)", next.Npgsql) { CommandTimeout = 1 };
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync());
        }

        await ExecuteAsync(other, "ROLLBACK");
        Assert.Equal(0, await Backends.WaitForAsync(0, $"pid = {pid}"));
        Assert.Equal(0L, await ScalarAsync(other, "SELECT (SELECT count(*) FROM tenant.t) + (SELECT count(*) FROM public.t)"));
    }

    [Fact]
    public async Task Unread_bytes_of_the_last_user_are_read_before_the_next_lease()
    {
        var pool = await StartPrependingAsync();
        await using (var last = await pool.GetConnAsync("one"))
            await Assert.ThrowsAnyAsync<Exception>(() => last.Npgsql.BeginBinaryImportAsync("COPY pg_class FROM '/dev/null'"));

        await using var next = await pool.GetConnAsync("another");
        await AssertCleanAsync(next);
    }

    [Fact]
    public async Task A_first_command_is_read_by_the_driver_as_by_a_new_session()
    {
        var pool = await StartPrependingAsync();
        await UseAsync(pool, "one", "SET standard_conforming_strings = off");

        await using var next = await pool.GetConnAsync("another");
        await using var command = new NpgsqlCommand(@"SELECT 'x\' || @p", next.Npgsql) { Parameters = { new("p", "y") } };
        Assert.Equal(@"x\y", await command.ExecuteScalarAsync());
    }

    private Task<ConnectionPool> StartPrependingAsync(Func<PoolSettings, PoolSettings>? change = null) =>
        StartOneAsync(Internals, settings => (change?.Invoke(settings) ?? settings) with { PrependReset = true });

    private async Task<PooledConnection> HandOverAsync(string more = "SELECT 1")
    {
        var pool = await StartPrependingAsync();
        await UseAsync(pool, "one", more);
        var next = await pool.GetConnAsync("another");
        Assert.True(next.IsNewSession);
        return next;
    }

    private static async Task<int> UseAsync(ConnectionPool pool, object key, string more = "SELECT 1")
    {
        await using var lease = await pool.GetConnAsync(key);
        await ExecuteAsync(lease, more);
        await ExecuteAsync(lease, Dirt);
        return (int)(await ScalarAsync(lease, $"SELECT pg_backend_pid() -- {nameof(UseAsync)}"))!;
    }

    private static async Task AssertCleanAsync(PooledConnection lease)
    {
        Assert.NotEqual("77MB", await ScalarAsync(lease, "SHOW work_mem"));
        Assert.Equal(DBNull.Value, await ScalarAsync(lease, "SELECT to_regclass('pg_temp.mine')::text"));
        Assert.Equal(0L, await ScalarAsync(lease, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"));
    }
}

using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorPool.Tests.PostgreSQL.Support;
using Dapper;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>The driver's connection is closed while it is lent: by a reader, by a library, by the borrower.</summary>
public sealed class ClosedWhileLentTests : PoolTest
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_reader_handed_out_with_CloseConnection_returns_the_place_when_it_is_disposed(bool isOfDriver, int closes)
    {
        var pool = await StartAsync(1, 1);
        await using (var reader = await ReaderOfForgottenLeaseAsync(pool, "SELECT generate_series(1, 3)", isOfDriver))
        {
            var rows = 0;
            while (await reader.ReadAsync())
                rows++;
            Assert.Equal((3, 1), (rows, pool.Statistics.InUse));
        }

        await EventuallyAsync(() => pool.Statistics.InUse == 0, "the place is back");
        await using var next = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
        Assert.Equal((closes, closes, 0), (pool.Statistics.ClosedUnusable, pool.Statistics.ClosedWhileLent, pool.Statistics.EndedByForce));
        Assert.Equal(1, await Backends.WaitForAsync(1));
    }

    [Fact]
    public async Task A_reader_with_CloseConnection_returns_its_place_after_the_lease_was_collected()
    {
        var pool = await StartAsync(1, 1);
        var reader = await ReaderOfForgottenLeaseAsync(pool, "SELECT n FROM generate_series(1, 3) n");
        Collect();

        await reader.DisposeAsync();

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Idle: 1 }, "the place is back");
        Assert.Equal((0, 0), (pool.Statistics.ClosedWhileLent, pool.Statistics.EndedByForce));
    }

    [Fact]
    public async Task A_waiter_gets_the_place_of_a_reader_with_CloseConnection()
    {
        var pool = await StartAsync(1, 1);
        var reader = await ReaderOfForgottenLeaseAsync(pool, "SELECT 1");
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await reader.DisposeAsync();

        await using var next = await waiting;
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_simple_pool_takes_back_the_place_of_a_reader_with_CloseConnection(bool isOfDriver)
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
        await (await ReaderOfForgottenLeaseAsync(pool, "SELECT 1", isOfDriver)).DisposeAsync();

        await using var next = await pool.GetConnAsync();

        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
        Assert.Equal(isOfDriver ? 1 : 0, pool.Statistics.ClosedWhileLent);
    }

    [Fact]
    public async Task The_lease_of_a_disposed_reader_with_CloseConnection_says_why_it_ended()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await (await ReaderAsync(lease, "SELECT 1")).DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.InUse == 0, "the place is back");

        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Contains("CloseConnection", Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_long_stream_of_a_forgotten_lease_is_read_to_its_end()
    {
        var pool = await StartAsync(1, 1);
        var reader = await ReaderOfForgottenLeaseAsync(pool, "SELECT n, pg_sleep(0.1), repeat('x', 9000) FROM generate_series(1, 65) n");
        Collect();

        var rows = 0;
        while (await reader.ReadAsync())
            rows++;

        Assert.Equal(65, rows);
        Assert.Equal((1, 0), (pool.Statistics.InUse, pool.Statistics.Reclaimed));
        await reader.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.InUse == 0, "the place is back");
    }

    [Fact]
    public async Task A_library_that_closes_the_connection_of_a_command_is_counted_and_warned_of_once()
    {
        var pool = await StartAsync(1, 1);

        await EventFilter.Warning(new Regex($@"closed while lent.*Return the lease.*{nameof(ClosedWhileLentTests)}\.cs:[1-9]\d*")).ExpectOneAsync(async () =>
        {
            for (var job = 0; job < 5; job++)
            {
                await using var lease = await pool.GetConnAsync();
                await using var command = new NpgsqlCommand("SELECT 1", lease.Npgsql);
                await command.ExecuteNonQueryAsync();
                await command.Connection!.CloseAsync();
            }
        });

        await EventuallyAsync(() => pool.Statistics.ClosedUnusable == 5, "all are closed");
        Assert.Equal(5, pool.Statistics.ClosedWhileLent);
    }

    [Fact]
    public async Task A_transaction_of_the_driver_whose_connection_is_closed_is_counted()
    {
        var pool = await StartAsync(1, 1);
        await using (var lease = await pool.GetConnAsync())
        {
            await using var transaction = await lease.Npgsql.BeginTransactionAsync();
            await transaction.Connection!.CloseAsync();
        }

        Assert.Equal(1, pool.Statistics.ClosedWhileLent);
    }

    [Fact]
    public async Task Closing_the_connection_of_a_command_or_a_transaction_returns_the_lease_and_keeps_the_session()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        await using (var command = lease.CreateCommand())
            await command.Connection!.CloseAsync();
        lease = await pool.GetConnAsync();
        await using (var transaction = await lease.BeginTransactionAsync())
            await transaction.Connection!.CloseAsync();

        await using var next = await pool.GetConnAsync();

        Assert.Equal(pid, await PidAsync(next));
        Assert.Equal((0, 0), (pool.Statistics.ClosedWhileLent, pool.Statistics.ClosedUnusable));
    }

    [Fact]
    public async Task A_connection_that_its_borrower_wants_closed_is_not_counted()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await lease.Npgsql.CloseAsync();

        await pool.PutConnAsync(lease, close: true);

        Assert.Equal(0, pool.Statistics.ClosedWhileLent);
    }

    [Fact]
    public async Task A_dead_backend_whose_connection_is_closed_as_well_counts_as_lost()
    {
        var pool = await StartAsync(1, 1);
        await using (var lease = await pool.GetConnAsync())
        {
            await Assert.ThrowsAnyAsync<Exception>(() => lease.Npgsql.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())"));
            await lease.Npgsql.CloseAsync();
        }

        await EventuallyAsync(() => pool.Statistics.Lost == 1, "it is lost");
        Assert.Equal(0, pool.Statistics.ClosedWhileLent);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<DbDataReader> ReaderOfForgottenLeaseAsync(IConnectionPool pool, string sql, bool isOfDriver = false) =>
        await ReaderAsync(await pool.GetConnAsync(), sql, isOfDriver);

    private static async Task<DbDataReader> ReaderAsync(PooledConnection lease, string sql, bool isOfDriver = false)
    {
        var command = isOfDriver ? new NpgsqlCommand(null, lease.Npgsql) : lease.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
    }
}

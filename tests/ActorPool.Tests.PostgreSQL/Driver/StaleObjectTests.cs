using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>
/// Npgsql has one transaction object and one reader object for each connection, and recycles disposed commands. A borrower that keeps
/// one beyond the return and disposes it late must not touch the work of the next borrower.
/// </summary>
public sealed class StaleObjectTests : DriverTest
{
    [Theory, BothWays]
    public async Task A_committed_transaction_disposed_after_the_return_is_harmless(DriverAccess access)
    {
        foreach (var ofDriver in new[] { false, true })
        {
            var pool = await StartWithTableAsync(access);
            var lease = await pool.GetConnAsync();
            await using var next = new NextBorrower(pool);
            await using (var transaction = ofDriver ? await lease.Npgsql.BeginTransactionAsync() : await lease.BeginTransactionAsync())
            {
                await ExecuteAsync(lease, "INSERT INTO t VALUES (0)");
                await transaction.CommitAsync();
                await pool.PutConnAsync(lease);
                await next.BeginAsync();
            }

            await next.CommitUntouchedAsync();
        }
    }

    [Theory, BothWays]
    public async Task A_transaction_left_open_and_disposed_after_the_return_is_harmless(DriverAccess access)
    {
        foreach (var isEmpty in new[] { false, true })
        {
            var pool = await StartWithTableAsync(access);
            var lease = await pool.GetConnAsync();
            await using var next = new NextBorrower(pool);
            await using (await lease.BeginTransactionAsync())
            {
                if (!isEmpty)
                    await ExecuteAsync(lease, "INSERT INTO t VALUES (77)");
                await pool.PutConnAsync(lease);
                await next.BeginAsync();
            }

            await next.CommitUntouchedAsync();
            await using var last = await pool.GetConnAsync();
            Assert.Equal(0L, await ScalarAsync(last, "SELECT count(*) FROM t WHERE n = 77"));
        }
    }

    [Theory, BothWays]
    public async Task A_transaction_disposed_before_and_after_the_return_is_harmless(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using var next = new NextBorrower(pool);
        var transaction = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (0)");
        await transaction.RollbackAsync();
        await transaction.DisposeAsync();
        await pool.PutConnAsync(lease);
        await next.BeginAsync();

        await transaction.DisposeAsync();
        transaction.Dispose();

        await next.CommitUntouchedAsync();
    }

    [Theory, BothWays]
    public async Task A_transaction_ended_after_the_return_throws_and_is_harmless(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using var next = new NextBorrower(pool);
        var transaction = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (0)");
        await pool.PutConnAsync(lease);
        await next.BeginAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => transaction.RollbackAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => transaction.SaveAsync("late"));

        await next.CommitUntouchedAsync();
    }

    [Theory, BothWays]
    public async Task A_command_disposed_after_the_return_is_harmless(DriverAccess access)
    {
        foreach (var ofDriver in new[] { false, true })
        {
            foreach (var disposedBefore in new[] { false, true })
            {
                var pool = await StartOneAsync(access);
                var lease = await pool.GetConnAsync();
                var stale = Create(lease, ofDriver, "SELECT 1");
                Assert.Equal(1, await stale.ExecuteScalarAsync());
                if (disposedBefore)
                    await stale.DisposeAsync();
                await lease.DisposeAsync();

                await using var next = await pool.GetConnAsync();
                await using var first = Create(next, ofDriver, "SELECT 2");
                await stale.DisposeAsync();
                stale.Dispose();
                await using var second = Create(next, ofDriver, "SELECT 3");

                Assert.NotSame(first, second);
                Assert.Equal(2, await first.ExecuteScalarAsync());
                Assert.Equal(3, await second.ExecuteScalarAsync());
                Assert.Equal(2, await first.ExecuteScalarAsync());
            }
        }
    }

    [Theory, BothWays]
    public async Task A_batch_disposed_before_and_after_the_return_is_harmless(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var stale = lease.Npgsql.CreateBatch();
        stale.BatchCommands.Add(new("SELECT 1"));
        await stale.ExecuteNonQueryAsync();
        await stale.DisposeAsync();
        await lease.DisposeAsync();

        await using var next = await pool.GetConnAsync();
        var first = next.Npgsql.CreateBatch();
        first.BatchCommands.Add(new("SELECT 2"));
        await stale.DisposeAsync();
        await using var second = next.Npgsql.CreateBatch();
        second.BatchCommands.Add(new("SELECT 3"));

        Assert.NotSame(first, second);
        Assert.Equal(2, await first.ExecuteScalarAsync());
        Assert.Equal(3, await second.ExecuteScalarAsync());
    }

    // Without the internals the pool cannot see that a reader was used and closed.
    [Theory, InlineData(DriverAccess.Internals)]
    public async Task A_reader_closed_before_the_return_and_again_later_is_harmless(DriverAccess access)
    {
        foreach (var ofBatch in new[] { false, true })
        {
            var pool = await StartOneAsync(access);
            var lease = await pool.GetConnAsync();
            var stale = ofBatch ? await ReadBatchAsync(lease) : await ReadAsync(lease);
            await stale.CloseAsync();
            await pool.PutConnAsync(lease);

            await AssertReadsToTheEndAsync(pool, async () =>
            {
                stale.Close();
                await stale.CloseAsync();
                await stale.DisposeAsync();
                stale.Dispose();
            });
        }
    }

    [Theory, BothWays]
    public async Task A_reader_left_open_at_the_return_and_disposed_later_is_harmless(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        var stale = await ReadAsync(lease);
        await pool.PutConnAsync(lease);

        var next = await AssertReadsToTheEndAsync(pool, async () =>
        {
            await Record.ExceptionAsync(async () => await stale.DisposeAsync());
            await Record.ExceptionAsync(async () => await stale.DisposeAsync());
        });
        Assert.NotEqual(pid, next);
    }

    private async Task<ConnectionPool> StartWithTableAsync(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        await using var connection = await pool.GetConnAsync();
        await ExecuteAsync(connection, "DROP TABLE IF EXISTS t; CREATE TABLE t (n int)");
        return pool;
    }

    private static DbCommand Create(PooledConnection lease, bool ofDriver, string sql)
    {
        DbCommand command = ofDriver ? lease.Npgsql.CreateCommand() : lease.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static async Task<DbDataReader> ReadAsync(PooledConnection lease)
    {
        var reader = await Create(lease, ofDriver: false, "SELECT generate_series(1, 1000)").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return reader;
    }

    private static async Task<DbDataReader> ReadBatchAsync(PooledConnection lease)
    {
        var batch = lease.CreateBatch();
        var command = batch.CreateBatchCommand();
        command.CommandText = "SELECT 1";
        batch.BatchCommands.Add(command);
        return await batch.ExecuteReaderAsync();
    }

    /// <summary>The next borrower reads a row, something stale happens, and the borrower reads on. The result is its backend.</summary>
    private static async Task<int> AssertReadsToTheEndAsync(ConnectionPool pool, Func<Task> meanwhile)
    {
        await using var next = await pool.GetConnAsync();
        var pid = await PidAsync(next);
        await using var reader = await ReadAsync(next);
        await meanwhile();
        var rows = 1;
        while (await reader.ReadAsync())
            Assert.Equal(++rows, reader.GetInt32(0));
        Assert.Equal(1000, rows);
        return pid;
    }

    /// <summary>Begins a transaction and inserts. Later the row must be there, uncommitted, in the same transaction.</summary>
    private sealed class NextBorrower(ConnectionPool pool) : IAsyncDisposable
    {
        private PooledConnection _lease = null!;
        private DbTransaction _transaction = null!;
        private object? _id;

        public async Task BeginAsync()
        {
            _lease = await pool.GetConnAsync();
            _transaction = await _lease.BeginTransactionAsync();
            await ExecuteAsync(_lease, "INSERT INTO t VALUES (42)");
            _id = await ScalarAsync(_lease, "SELECT pg_current_xact_id_if_assigned()::text");
            Assert.IsType<string>(_id);
        }

        public async Task CommitUntouchedAsync()
        {
            Assert.Equal(_id, await ScalarAsync(_lease, "SELECT pg_current_xact_id_if_assigned()::text"));
            Assert.Equal(1L, await ScalarAsync(_lease, "SELECT count(*) FROM t WHERE n = 42"));
            await _transaction.CommitAsync();
            Assert.Equal(1L, await ScalarAsync(_lease, "SELECT count(*) FROM t WHERE n = 42"));
            await _lease.DisposeAsync();
        }

        public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

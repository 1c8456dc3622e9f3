using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>
/// Npgsql has one transaction object for each connection and uses it again: one kept beyond the return and disposed late is the
/// next borrower's, whose work must be untouched and still inside its own transaction.
/// </summary>
public sealed class StaleTransactionTests : DriverTest
{
    [Theory, BothWays]
    public async Task Committed_and_disposed_after_the_return(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using (var next = new NextBorrower(pool))
        {
            await using (var transaction = await lease.BeginTransactionAsync())
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
    public async Task Begun_on_the_drivers_own_connection_and_disposed_after_the_return(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using var next = new NextBorrower(pool);
        await using (var transaction = await lease.Npgsql.BeginTransactionAsync())
        {
            await ExecuteAsync(lease, "INSERT INTO t VALUES (0)");
            await transaction.CommitAsync();
            await lease.DisposeAsync();
            await next.BeginAsync();
        }

        await next.CommitUntouchedAsync();
    }

    [Theory, BothWays]
    public async Task Not_completed_at_the_return(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using var next = new NextBorrower(pool);
        await using (await lease.BeginTransactionAsync())
        {
            await ExecuteAsync(lease, "INSERT INTO t VALUES (77)");
            await pool.PutConnAsync(lease);
            await next.BeginAsync();
        }

        await next.CommitUntouchedAsync();
        await using var last = await pool.GetConnAsync();
        Assert.Equal(0L, await ScalarAsync(last, "SELECT count(*) FROM t WHERE n = 77"));
    }

    [Theory, BothWays]
    public async Task Begun_and_nothing_sent(DriverAccess access)
    {
        var pool = await StartWithTableAsync(access);
        var lease = await pool.GetConnAsync();
        await using var next = new NextBorrower(pool);
        await using (await lease.BeginTransactionAsync())
        {
            await pool.PutConnAsync(lease);
            await next.BeginAsync();
        }

        await next.CommitUntouchedAsync();
    }

    [Theory, BothWays]
    public async Task Disposed_once_before_the_return_and_once_after(DriverAccess access)
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
    public async Task Ended_once_more_after_the_return(DriverAccess access)
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

    private async Task<ConnectionPool> StartWithTableAsync(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        await using var connection = await pool.GetConnAsync();
        await ExecuteAsync(connection, "CREATE TABLE t (n int)");
        return pool;
    }

    /// <summary>Begins and inserts; later the row must be there, uncommitted, and its transaction the same.</summary>
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
            await ExecuteAsync(_lease, "INSERT INTO t VALUES (42)");
            await _transaction.CommitAsync();
            Assert.Equal(2L, await ScalarAsync(_lease, "SELECT count(*) FROM t WHERE n = 42"));
            await _lease.DisposeAsync();
        }

        public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

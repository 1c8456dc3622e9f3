using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.AdoNet;

/// <summary>The transactions of a lease: each ends once, and in its lease.</summary>
public sealed class PooledTransactionTests : PoolTest
{
    [Fact]
    public async Task A_transaction_belongs_to_the_lease_until_it_is_over()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        var transaction = await lease.BeginTransactionAsync();
        Assert.Same(lease, transaction.Connection);

        await transaction.CommitAsync();

        Assert.Null(transaction.Connection);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.RollbackAsync());
        Assert.Contains("The transaction is over", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Savepoints_work()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "CREATE TABLE t (id int)");
        await using (var transaction = await lease.BeginTransactionAsync())
        {
            Assert.True(transaction.SupportsSavepoints);
            await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
            await transaction.SaveAsync("here");
            await ExecuteAsync(lease, "INSERT INTO t VALUES (2)");
            await transaction.RollbackAsync("here");
            await transaction.ReleaseAsync("here");
            await transaction.CommitAsync();
        }

        Assert.Equal(1L, await ScalarAsync(lease, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_transaction_kept_beyond_the_return_does_no_harm()
    {
        var pool = await StartAsync(1, 1);
        DbTransaction kept;
        await using (var lease = await pool.GetConnAsync())
            kept = await lease.BeginTransactionAsync();

        await using var next = await pool.GetConnAsync();
        await ExecuteAsync(next, "CREATE TABLE t (id int)");
        await using var transaction = await next.BeginTransactionAsync();
        await ExecuteAsync(next, "INSERT INTO t VALUES (1)");
        Assert.Null(kept.Connection);
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(kept.Commit).Kind);
        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => kept.RollbackAsync())).Kind);
        await kept.DisposeAsync();
        await transaction.CommitAsync();

        Assert.Equal(1L, await ScalarAsync(next, "SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_disposed_late_does_not_roll_back_the_next_one(bool wasCommittedByStatement)
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "CREATE TABLE t (id int)");
        var first = await lease.BeginTransactionAsync();
        if (wasCommittedByStatement)
            await ExecuteAsync(lease, "COMMIT");
        else
            await first.CommitAsync();

        await using var second = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
        await first.DisposeAsync();
        await second.CommitAsync();

        Assert.Equal(1L, await ScalarAsync(lease, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_disposed_transaction_is_rolled_back()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "CREATE TABLE t (id int)");
        await using (await lease.BeginTransactionAsync())
            await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");

        Assert.Equal(0L, await ScalarAsync(lease, "SELECT count(*) FROM t"));
    }
}

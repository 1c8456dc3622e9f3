using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>A transaction that was left open is rolled back before the next borrower, and the connection is kept.</summary>
public sealed class OpenTransactionTests : DriverTest
{
    [Theory, BothWays]
    public Task A_lease_without_a_transaction_leaves_none(DriverAccess access) => AssertKeptAsync(access, lease => ExecuteAsync(lease, "SELECT 1"));

    [Theory, BothWays]
    public Task A_transaction_begun_in_SQL_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, lease => ExecuteAsync(lease, "BEGIN"));

    [Theory, BothWays]
    public Task A_transaction_with_work_in_SQL_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, async lease =>
    {
        await ExecuteAsync(lease, "BEGIN ISOLATION LEVEL SERIALIZABLE");
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
    });

    [Theory, BothWays]
    public Task A_savepoint_in_SQL_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, async lease =>
    {
        await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "SAVEPOINT s");
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
    });

    [Theory, BothWays]
    public Task A_failed_transaction_of_SQL_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, async lease =>
    {
        await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(lease, "SELECT 1 / 0"));
    });

    [Theory, BothWays]
    public Task A_transaction_with_SET_TRANSACTION_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, async lease =>
    {
        await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY");
        await ExecuteAsync(lease, "SELECT count(*) FROM t");
    });

    [Theory, BothWays]
    public Task A_transaction_begun_by_AND_CHAIN_is_rolled_back(DriverAccess access) => AssertKeptAsync(access, async lease =>
    {
        await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
        await ExecuteAsync(lease, "ROLLBACK AND CHAIN");
    });

    // Without the internals a transaction object of the driver cannot be cut off, so the connection is discarded.
    [Theory, BothWays]
    public Task A_transaction_of_the_driver_is_rolled_back(DriverAccess access) => AssertNextIsOutsideAsync(access, access == DriverAccess.Internals, async lease =>
    {
        _ = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
    });

    [Theory, BothWays]
    public Task An_unsent_transaction_of_the_driver_is_rolled_back(DriverAccess access) =>
        AssertNextIsOutsideAsync(access, access == DriverAccess.Internals, async lease => _ = await lease.BeginTransactionAsync());

    [Theory, BothWays]
    public Task A_failed_transaction_of_the_driver_is_rolled_back(DriverAccess access) => AssertNextIsOutsideAsync(access, access == DriverAccess.Internals, async lease =>
    {
        _ = await lease.BeginTransactionAsync();
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(lease, "SELECT 1 / 0"));
    });

    private Task AssertKeptAsync(DriverAccess access, Func<PooledConnection, Task> leaveOpen) =>
        AssertNextIsOutsideAsync(access, isKept: true, leaveOpen);

    private async Task AssertNextIsOutsideAsync(DriverAccess access, bool isKept, Func<PooledConnection, Task> leaveOpen)
    {
        var pool = await StartOneAsync(access);
        int pid;
        await using (var lease = await pool.GetConnAsync())
        {
            pid = await PidAsync(lease);
            await ExecuteAsync(lease, "CREATE TABLE t (n int)");
            await leaveOpen(lease);
        }

        await using var next = await pool.GetConnAsync();
        var nextPid = await PidAsync(next);
        Assert.Equal(isKept, pid == nextPid);
        Assert.True(await IsInStateAsync(nextPid, "idle"), "The server shows the next borrower in a transaction.");
        Assert.Equal(DBNull.Value, await ScalarAsync(next, "SELECT pg_current_xact_id_if_assigned()::text"));
        Assert.Equal("read committed", await ScalarAsync(next, "SHOW transaction_isolation"));
        // Two statements outside a transaction have different ids.
        var first = await ScalarAsync(next, "SELECT pg_current_xact_id()::text");
        Assert.NotEqual(first, await ScalarAsync(next, "SELECT pg_current_xact_id()::text"));
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM t"));
    }
}

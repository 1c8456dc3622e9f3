using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>Npgsql uses one reader object for all commands of a connection: one closed late must not close the next borrower's.</summary>
/// <remarks>Without the internals nothing tells that a reader was used and closed: there this is the borrower's own care.</remarks>
public sealed class StaleReaderTests : DriverTest
{
    [Theory, InlineData(DriverAccess.Internals)]
    public async Task Disposed_before_the_return_and_again_while_the_next_one_reads(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var stale = await ReadAsync(lease);
        await stale.DisposeAsync();
        await pool.PutConnAsync(lease);

        await AssertReadsToTheEndAsync(pool, async () =>
        {
            await stale.DisposeAsync();
            stale.Dispose();
        });
    }

    [Theory, InlineData(DriverAccess.Internals)]
    public async Task Closed_before_the_return_and_disposed_while_the_next_one_reads(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var stale = await ReadAsync(lease);
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

    [Theory, BothWays]
    public async Task Left_open_at_the_return_and_disposed_while_the_next_one_reads(DriverAccess access)
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

    [Theory, InlineData(DriverAccess.Internals)]
    public async Task Of_a_batch_disposed_again_while_the_next_one_reads(DriverAccess access)
    {
        var pool = await StartOneAsync(access);
        var lease = await pool.GetConnAsync();
        var batch = lease.CreateBatch();
        var command = batch.CreateBatchCommand();
        command.CommandText = "SELECT 1";
        batch.BatchCommands.Add(command);
        var stale = await batch.ExecuteReaderAsync();
        await stale.DisposeAsync();
        await batch.DisposeAsync();
        await pool.PutConnAsync(lease);

        await AssertReadsToTheEndAsync(pool, async () =>
        {
            await stale.DisposeAsync();
            await batch.DisposeAsync();
        });
    }

    private static async Task<DbDataReader> ReadAsync(PooledConnection lease)
    {
        var command = lease.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 1000)";
        var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return reader;
    }

    /// <summary>The next borrower reads a row, something stale happens, and it reads on. Its backend.</summary>
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
}

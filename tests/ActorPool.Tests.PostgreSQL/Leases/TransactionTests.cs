using System.Data;
using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>ADO.NET transactions on a lease.</summary>
public sealed class TransactionTests : PoolTest
{
    [Fact]
    public async Task A_synchronous_transaction_commits_and_another_rolls_back()
    {
        await using var connection = await WithTableAsync();
        using (var kept = connection.BeginTransaction())
        {
            Insert(connection, 1, kept);
            kept.Commit();
        }

        using (var dropped = connection.BeginTransaction())
        {
            Insert(connection, 2, dropped);
            dropped.Rollback();
        }

        Assert.Equal(1, Count(connection));
    }

    [Fact]
    public async Task An_asynchronous_transaction_commits_and_another_rolls_back()
    {
        await using var connection = await WithTableAsync();
        await using (var kept = await connection.BeginTransactionAsync())
        {
            Insert(connection, 1, kept);
            await kept.CommitAsync();
        }

        await using (var dropped = await connection.BeginTransactionAsync())
        {
            Insert(connection, 2, dropped);
            await dropped.RollbackAsync();
        }

        Assert.Equal(1, Count(connection));
    }

    [Fact]
    public async Task A_transaction_disposed_without_an_end_is_rolled_back()
    {
        await using var connection = await WithTableAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
            Insert(connection, 1, transaction);

        Assert.Equal(0, Count(connection));
    }

    [Theory]
    [InlineData(IsolationLevel.Unspecified, "read committed")]
    [InlineData(IsolationLevel.ReadCommitted, "read committed")]
    [InlineData(IsolationLevel.RepeatableRead, "repeatable read")]
    [InlineData(IsolationLevel.Serializable, "serializable")]
    public async Task The_isolation_level_reaches_the_server(IsolationLevel level, string shown)
    {
        await using var connection = await WithTableAsync();
        await using var transaction = await connection.BeginTransactionAsync(level);

        Assert.Equal(shown, await ScalarAsync((PooledConnection)connection, "SHOW transaction_isolation"));
    }

    [Fact]
    public async Task Savepoints_undo_the_last_part_alone()
    {
        await using var connection = await WithTableAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.True(transaction.SupportsSavepoints);
        Insert(connection, 1, transaction);
        await transaction.SaveAsync("here");
        Insert(connection, 2, transaction);
        await transaction.RollbackAsync("here");
        await transaction.SaveAsync("there");
        await transaction.ReleaseAsync("there");
        await transaction.CommitAsync();

        Assert.Equal(1, Count(connection));
    }

    [Fact]
    public async Task A_second_transaction_inside_the_first_is_refused_by_the_driver()
    {
        await using var connection = await WithTableAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync());
    }

    private async Task<DbConnection> WithTableAsync()
    {
        var lease = await (await StartAsync(1, 1)).GetConnAsync();
        await ExecuteAsync(lease, "CREATE TABLE t (n int)");
        return lease;
    }

    private static void Insert(DbConnection connection, int value, DbTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO t VALUES (@n)";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "n";
        parameter.Value = value;
        command.Parameters.Add(parameter);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static long Count(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM t";
        return (long)command.ExecuteScalar()!;
    }
}

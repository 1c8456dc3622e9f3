using System.Transactions;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>Borrowing inside a TransactionScope.</summary>
public sealed class AmbientTransactionTests : PoolTest
{
    public static TheoryData<bool> Pools() => [false, true];

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_call_inside_a_scope_is_refused_with_what_to_do(bool simple)
    {
        await using var pool = await StartAsync(simple, AmbientTransactions.Refuse);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        foreach (var call in new Func<ValueTask<PooledConnection>>[] { () => pool.GetConnAsync(), () => pool.GetConnAsync(CancellationToken.None), () => pool.GetConnAsync(new GetConn("k")) })
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await call());
            Assert.Contains("BeginTransactionAsync", error.Message, StringComparison.Ordinal);
            Assert.Contains("ambient-transactions", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, pool.Statistics.Granted);
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_scope_that_suppresses_the_transaction_is_no_hindrance(bool simple)
    {
        await using var pool = await StartAsync(simple, AmbientTransactions.Refuse);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        using var none = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);

        await using var connection = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task The_work_is_committed_without_the_scope_when_the_setting_is_ignore(bool simple)
    {
        // A given data source enlists by default.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        IConnectionPool pool;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            pool = await StartAsync(simple, AmbientTransactions.Ignore, source);
            await using var connection = await pool.GetConnAsync();
            await ExecuteAsync(connection, "CREATE TABLE kept (id int)");
        }

        await using var _ = pool;
        await using var next = await pool.GetConnAsync();
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM kept"));
    }

    private async Task<IConnectionPool> StartAsync(bool simple, AmbientTransactions ambient, NpgsqlDataSource? source = null)
    {
        var settings = new PoolSettings(source is null ? ConnectionString : "", 1, 2) { AmbientTransactions = ambient, DataSource = source };
        return simple ? await SimpleConnectionPool.StartAsync(settings) : await ConnectionPool.StartAsync(Sys, settings);
    }
}

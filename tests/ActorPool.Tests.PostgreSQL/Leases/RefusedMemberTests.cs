using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>Members of <see cref="DbConnection"/> that a lease does not support.</summary>
public sealed class RefusedMemberTests : PoolTest
{
    [Fact]
    public async Task ChangeDatabase_is_not_supported()
    {
        await using DbConnection connection = await BorrowAsync();

        Assert.Throws<NotSupportedException>(() => connection.ChangeDatabase("postgres"));
        await Assert.ThrowsAsync<NotSupportedException>(() => connection.ChangeDatabaseAsync("postgres"));
    }

    [Fact]
    public async Task EnlistTransaction_is_not_supported()
    {
        await using DbConnection connection = await BorrowAsync();
        using var transaction = new System.Transactions.CommittableTransaction();

        Assert.Throws<NotSupportedException>(() => connection.EnlistTransaction(transaction));
        Assert.Throws<NotSupportedException>(() => connection.EnlistTransaction(null));
    }

    [Fact]
    public async Task Opening_an_open_lease_is_refused()
    {
        await using DbConnection connection = await BorrowAsync();

        Assert.Throws<InvalidOperationException>(connection.Open);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        Assert.Equal(1, await ScalarAsync((PooledConnection)connection, "SELECT 1"));
    }

    [Fact]
    public async Task The_connection_string_cannot_be_set()
    {
        await using DbConnection connection = await BorrowAsync();

        Assert.Throws<NotSupportedException>(() => connection.ConnectionString = "Host=elsewhere");
    }

    private async Task<PooledConnection> BorrowAsync() => await (await StartAsync(1, 1)).GetConnAsync();
}

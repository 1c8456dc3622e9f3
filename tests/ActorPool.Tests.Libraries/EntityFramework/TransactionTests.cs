using System.Data;
using ActorPool.Tests.Libraries.Support;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>Transactions and savepoints: EF Core compares the transaction's connection with its own.</summary>
public sealed class TransactionTests : ShopTest
{
    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_transaction_keeps_or_drops_several_saves(Given given)
    {
        await using var shop = await ShopAsync(given);
        await using (var dropped = await shop.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead))
        {
            await SaveAsync(shop, 1);
            await SaveAsync(shop, 2);
            await dropped.RollbackAsync();
        }

        await using (var kept = await shop.Database.BeginTransactionAsync())
        {
            await SaveAsync(shop, 3);
            await SaveAsync(shop, 4);
            await kept.CommitAsync();
        }

        await using (await shop.Database.BeginTransactionAsync())
            await SaveAsync(shop, 5);

        Assert.Equal([3, 4], await NumbersAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_savepoint_takes_back_what_came_after_it(Given given)
    {
        await using var shop = await ShopAsync(given);
        await using var transaction = await shop.Database.BeginTransactionAsync();
        await SaveAsync(shop, 1);
        await transaction.CreateSavepointAsync("one");
        await SaveAsync(shop, 2);
        await transaction.RollbackToSavepointAsync("one");
        await transaction.CreateSavepointAsync("three");
        await SaveAsync(shop, 3);
        await transaction.ReleaseSavepointAsync("three");
        await transaction.CommitAsync();

        Assert.Equal([1, 3], await NumbersAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_failed_save_inside_a_transaction_goes_back_to_its_savepoint(Given given)
    {
        await using var shop = await ShopAsync(given);
        await using var transaction = await shop.Database.BeginTransactionAsync();
        await SaveAsync(shop, 1);
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAsync(shop, 1));
        shop.ChangeTracker.Clear();
        await SaveAsync(shop, 2);
        await transaction.CommitAsync();

        Assert.Equal([1, 2], await NumbersAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Two_contexts_and_Dapper_share_one_transaction(Given given)
    {
        await using var shop = await ShopAsync(given);
        await using var transaction = await shop.Database.BeginTransactionAsync();
        await SaveAsync(shop, 1);
        var connection = shop.Database.GetDbConnection();
        await using (var other = new Shop(new DbContextOptionsBuilder<Shop>().UseNpgsql(connection).Options))
        {
            await other.Database.UseTransactionAsync(transaction.GetDbTransaction());
            await SaveAsync(other, 2);
        }

        Assert.Equal(2, await connection.ExecuteAsync("""UPDATE "Orders" SET "Number" = "Number" + 10""", transaction: transaction.GetDbTransaction()));
        await transaction.CommitAsync();

        Assert.Equal([11, 12], await NumbersAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_synchronous_transaction_is_committed(Given given)
    {
        using var shop = await ShopAsync(given);
        using (var transaction = shop.Database.BeginTransaction())
        {
            shop.Add(NewOrder(1));
            shop.SaveChanges();
            transaction.CreateSavepoint("one");
            shop.Add(NewOrder(2));
            shop.SaveChanges();
            transaction.RollbackToSavepoint("one");
            transaction.Commit();
        }

        Assert.Equal([1], await NumbersAsync());
    }

    private static Task<int> SaveAsync(Shop shop, int number)
    {
        shop.Add(NewOrder(number));
        return shop.SaveChangesAsync();
    }
}

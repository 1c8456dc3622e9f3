using ActorPool.Tests.Libraries.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>More contexts than connections: a context has a connection only while it needs one.</summary>
public sealed class ManyContextsTests : ShopTest
{
    private const int Contexts = 16;
    private const int Rounds = 10;

    [Fact]
    public async Task Sixteen_contexts_work_on_four_connections()
    {
        MayWait = true;
        await Task.WhenAll(Enumerable.Range(0, Contexts).Select(async context =>
        {
            await using var shop = await ShopAsync(Given.DataSource);
            await WorkAsync(shop, context);
        }));

        Assert.Equal(Contexts * Rounds * 2, (await NumbersAsync()).Count);
    }

    [Fact]
    public async Task Contexts_that_are_pooled_themselves_give_back_their_connections()
    {
        MayWait = true;
        var contexts = new PooledDbContextFactory<Shop>(new DbContextOptionsBuilder<Shop>().UseNpgsql(DataSource).Options, poolSize: 8);
        await Task.WhenAll(Enumerable.Range(0, Contexts).Select(async context =>
        {
            await using var shop = await contexts.CreateDbContextAsync();
            await WorkAsync(shop, context);
        }));

        Assert.Equal(Contexts * Rounds * 2, (await NumbersAsync()).Count);
    }

    private static async Task WorkAsync(Shop shop, int context)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var number = 1 + 2 * (context * Rounds + round);
            shop.AddRange(NewOrders(2, from: number));
            await shop.SaveChangesAsync();
            await using var transaction = await shop.Database.BeginTransactionAsync();
            Assert.Equal(number, (await shop.Orders.AsNoTracking().SingleAsync(order => order.Number == number)).Number);
            await transaction.CommitAsync();
        }
    }
}

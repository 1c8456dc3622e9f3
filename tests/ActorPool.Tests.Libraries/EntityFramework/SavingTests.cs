using ActorPool.Tests.Libraries.Support;
using Microsoft.EntityFrameworkCore;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>Queries and saves: EF Core reads the driver's reader for the keys and the counts of what it saved.</summary>
public sealed class SavingTests : ShopTest
{
    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_save_of_several_rows_gets_their_keys_and_they_are_read_back(Given given)
    {
        await using (var shop = await ShopAsync(given))
        {
            var orders = NewOrders(20);
            shop.AddRange(orders);
            Assert.Equal(60, await shop.SaveChangesAsync());
            Assert.Equal(20, orders.Select(order => order.Id).Where(id => id > 0).Distinct().Count());
            Assert.Equal(40, orders.SelectMany(order => order.Lines).Select(line => line.Id).Distinct().Count());
        }

        await using var again = await ShopAsync(given);
        var five = await again.Orders.Include(order => order.Lines).SingleAsync(order => order.Number == 5);
        Assert.Equal(["odd", "new"], five.Tags);
        Assert.Equal("City 5", five.Address.City);
        Assert.Equal([5, 10], five.Lines.Select(line => line.Count).Order());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Queries_by_array_and_by_json_find_their_rows(Given given)
    {
        await using var shop = await ShopAsync(given);
        shop.AddRange(NewOrders(10));
        await shop.SaveChangesAsync();
        int[] wanted = [2, 3, 5, 11];

        Assert.Equal([2, 3, 5], await shop.Orders.Where(order => wanted.Contains(order.Number)).Select(order => order.Number).Order().ToListAsync());
        Assert.Equal(5, await shop.Orders.CountAsync(order => order.Tags.Contains("even")));
        Assert.Equal(7, (await shop.Orders.SingleAsync(order => order.Address.City == "City 7")).Number);
        Assert.Equal([1, 2], await shop.Database.SqlQuery<int>($"SELECT generate_series(1, {2}) AS \"Value\"").ToListAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_save_of_inserts_updates_and_deletes_goes_in_one_batch(Given given)
    {
        await using var shop = await ShopAsync(given);
        shop.AddRange(NewOrders(6));
        await shop.SaveChangesAsync();

        var orders = await shop.Orders.OrderBy(order => order.Number).ToListAsync();
        orders[0].Number = 101;
        orders[1].Address.City = "elsewhere";
        shop.Remove(orders[2]);
        shop.Add(NewOrder(7));
        await shop.SaveChangesAsync();
        Assert.Equal(2, await shop.Orders.Where(order => order.Number < 5).ExecuteUpdateAsync(set => set.SetProperty(order => order.Number, order => order.Number + 1000)));

        Assert.Equal([5, 6, 7, 101, 1002, 1004], await NumbersAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_row_that_another_context_changed_is_noticed(Given given)
    {
        await using var first = await ShopAsync(given);
        first.AddRange(NewOrders(2));
        await first.SaveChangesAsync();
        await using (var second = await ShopAsync(given))
        {
            (await second.Orders.SingleAsync(order => order.Number == 2)).Number = 3;
            await second.SaveChangesAsync();
        }

        foreach (var order in first.Orders.Local)
            order.Number += 10;

        var error = await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => first.SaveChangesAsync());
        Assert.Equal(12, Assert.IsType<Order>(Assert.Single(error.Entries).Entity).Number);
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Synchronous_code_saves_and_queries(Given given)
    {
        using var shop = await ShopAsync(given);
        shop.AddRange(NewOrders(3));
        Assert.Equal(9, shop.SaveChanges());
        Assert.Equal(2, shop.Orders.AsNoTracking().AsSplitQuery().Include(order => order.Lines).First(order => order.Number == 2).Lines.Count);
        Assert.Equal(3, shop.Orders.Count());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_query_that_is_left_half_read_returns_its_connection(Given given)
    {
        await using (var shop = await ShopAsync(given))
        {
            shop.AddRange(NewOrders(50));
            await shop.SaveChangesAsync();
        }

        await using var half = await ShopAsync(given);
        await foreach (var order in half.Orders.OrderBy(order => order.Number).AsAsyncEnumerable())
        {
            if (order.Number == 3)
                break;
        }

        Assert.Equal(50, await half.Orders.CountAsync());
    }

    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task A_refused_save_leaves_the_context_and_its_connection_usable(Given given)
    {
        await using var shop = await ShopAsync(given);
        shop.AddRange(NewOrder(1), NewOrder(1));
        await Assert.ThrowsAsync<DbUpdateException>(() => shop.SaveChangesAsync());

        shop.ChangeTracker.Clear();
        shop.Add(NewOrder(2));
        await shop.SaveChangesAsync();
        Assert.Equal([2], await NumbersAsync());
    }
}

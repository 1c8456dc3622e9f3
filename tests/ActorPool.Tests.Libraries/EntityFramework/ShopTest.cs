using ActorPool.Tests.Libraries.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>A test of EF Core with the tables of the shop.</summary>
public abstract class ShopTest : LibraryTest
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await using var shop = await ShopAsync(Given.DataSource);
        // The database exists and is empty: only the tables are created.
        Assert.True(await shop.Database.EnsureCreatedAsync());
    }

    /// <summary>A context on the data source, or one that owns a lease.</summary>
    protected async Task<Shop> ShopAsync(Given given, Action<NpgsqlDbContextOptionsBuilder>? more = null)
    {
        var options = new DbContextOptionsBuilder<Shop>();
        _ = given == Given.Lease
            ? options.UseNpgsql(await ConnectAsync(given), contextOwnsConnection: true, more)
            : options.UseNpgsql(DataSource, more);
        return new Shop(options.Options);
    }

    protected static Order NewOrder(int number) => new()
    {
        Number = number,
        Tags = [number % 2 == 0 ? "even" : "odd", "new"],
        Address = new Address { City = $"City {number}" },
        Lines = { new Line { Product = "apple", Count = number }, new Line { Product = "pear", Count = 2 * number } },
    };

    protected static Order[] NewOrders(int count, int from = 1) => [.. Enumerable.Range(from, count).Select(NewOrder)];

    protected async Task<List<int>> NumbersAsync()
    {
        await using var shop = await ShopAsync(Given.DataSource);
        return await shop.Orders.Select(order => order.Number).Order().ToListAsync();
    }
}

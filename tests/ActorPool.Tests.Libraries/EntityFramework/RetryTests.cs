using ActorPool.Tests.Libraries.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>EF Core's retries see which errors of the pool and of the server may pass.</summary>
public sealed class RetryTests : ShopTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_transaction_whose_backend_is_killed_is_retried()
    {
        await using var shop = await ShopAsync(Given.DataSource, Retry);
        var attempts = 0;
        await shop.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            shop.ChangeTracker.Clear();
            await using var transaction = await shop.Database.BeginTransactionAsync();
            shop.AddRange(NewOrders(3));
            await shop.SaveChangesAsync();
            if (++attempts == 1)
                await KillAsync(shop);
            shop.Add(NewOrder(4));
            await shop.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        Assert.Equal(2, attempts);
        Assert.Equal([1, 2, 3, 4], await NumbersAsync());
    }

    [Fact]
    public async Task A_query_on_an_open_connection_whose_backend_was_killed_is_retried()
    {
        await using var shop = await ShopAsync(Given.DataSource, Retry);
        shop.AddRange(NewOrders(3));
        await shop.SaveChangesAsync();
        await shop.Database.OpenConnectionAsync();
        await KillAsync(shop);

        Assert.Equal(3, await shop.Orders.CountAsync());
        await shop.Database.CloseConnectionAsync();
    }

    [Fact]
    public async Task A_save_after_all_idle_backends_were_killed_succeeds()
    {
        await using var shop = await ShopAsync(Given.DataSource, Retry);
        Killed = await Backends.TerminateAsync();
        Assert.Equal(Connections, Killed);
        await Backends.WaitForAsync(0);

        shop.AddRange(NewOrders(3));
        await shop.SaveChangesAsync();
        Assert.Equal([1, 2, 3], await NumbersAsync());
    }

    private static void Retry(NpgsqlDbContextOptionsBuilder options) => options.EnableRetryOnFailure(5, Soon, errorCodesToAdd: null);

    private async Task KillAsync(Shop shop)
    {
        Killed++;
        var pid = await shop.Database.SqlQuery<int>($"SELECT pg_backend_pid() AS \"Value\"").SingleAsync();
        Assert.Equal(1, await Backends.TerminateAsync($"pid = {pid}"));
        await Backends.WaitForAsync(0, $"pid = {pid}");
    }
}

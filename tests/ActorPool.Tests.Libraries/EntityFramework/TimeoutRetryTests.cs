using ActorPool.Tests.Libraries.Support;
using Microsoft.EntityFrameworkCore;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>A request of EF Core that finds no free connection in time.</summary>
public sealed class TimeoutRetryTests : ShopTest
{
    [Fact]
    public async Task A_time_out_of_the_pool_is_retried()
    {
        MayWait = true;
        await using var shop = await ShopAsync(Given.DataSource, options => options.EnableRetryOnFailure(10, TimeSpan.FromMilliseconds(50), errorCodesToAdd: null));
        var all = await BorrowAllAsync();
        shop.AddRange(NewOrders(2));
        var save = shop.SaveChangesAsync();
        await EventuallyAsync(() => Pool.Statistics.TimedOut > 0, "a request has timed out");
        await ReturnAsync(all);

        Assert.Equal(6, await save);
        Assert.Equal([1, 2], await NumbersAsync());
        TimedOut = (int)Pool.Statistics.TimedOut;
    }

    [Fact]
    public async Task A_time_out_of_the_pool_without_retries_says_that_it_may_pass()
    {
        MayWait = true;
        TimedOut = 1;
        await using var shop = await ShopAsync(Given.DataSource);
        var all = await BorrowAllAsync();

        // EF Core's own words: "likely due to a transient failure".
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Orders.CountAsync());
        Assert.Equal(PoolErrorKind.Timeout, Assert.IsType<PoolException>(error.InnerException).Kind);

        await ReturnAsync(all);
        Assert.Equal(0, await shop.Orders.CountAsync());
    }

    protected override PoolSettings Configure(PoolSettings settings) => base.Configure(settings) with { AcquireTimeout = TimeSpan.FromSeconds(1) };

    private Task<PooledConnection[]> BorrowAllAsync() => Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Pool.GetConnAsync().AsTask()));

    private static async Task ReturnAsync(PooledConnection[] leases)
    {
        foreach (var lease in leases)
            await lease.DisposeAsync();
    }
}

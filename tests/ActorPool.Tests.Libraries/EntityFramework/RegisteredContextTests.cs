using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using Akka.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>A context that an application registers and gets injected.</summary>
public sealed class RegisteredContextTests : LibraryTest
{
    [Fact]
    public async Task A_registered_context_runs_on_the_pool_of_the_host()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var (services, settings) = (builder.Services, Settings(Connections, Connections, change => change with { Name = "default" }));

        services.AddConnectionPoolDataSource();
        services.AddAkka("shop", akka => akka.WithConnectionPool(settings));
        services.AddDbContext<Shop>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<DbDataSource>(), npgsql => npgsql.EnableRetryOnFailure()));

        using var host = builder.Build();
        await host.StartAsync();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var shop = scope.ServiceProvider.GetRequiredService<Shop>();
            await shop.Database.EnsureCreatedAsync();
            shop.Add(new Order { Number = 1 });
            await shop.SaveChangesAsync();
            Assert.Equal(1, await shop.Orders.CountAsync());
        }

        await CheckAsync(host.Services.GetRequiredService<IConnectionPool>());
        await host.StopAsync();
    }

    [Fact]
    public async Task A_context_runs_on_a_lease()
    {
        var pool = Pool;

        await using var lease = await pool.GetConnAsync();
        await using var shop = new Shop(new DbContextOptionsBuilder<Shop>().UseNpgsql(lease).Options);

        Assert.True(await shop.Database.CanConnectAsync());
        await shop.Database.EnsureCreatedAsync();
        Assert.Equal(0, await shop.Orders.CountAsync());
    }
}

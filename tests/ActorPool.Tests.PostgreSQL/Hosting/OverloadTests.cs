using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>Every form of WithConnectionPool starts a pool and registers its manager.</summary>
public sealed class OverloadTests : HostTest
{
    [Fact]
    public Task A_pool_starts_with_everything_from_HOCON() =>
        AssertDefaultAsync(akka => akka.AddHocon(Hocon("min-connections = 2, max-connections = 3"), HoconAddMode.Prepend).WithConnectionPool(), 2, 3);

    [Fact]
    public Task A_pool_starts_with_a_connection_string() => AssertDefaultAsync(akka => akka.WithConnectionPool(ConnectionString), 1, 10);

    [Fact]
    public Task A_pool_starts_with_a_settings_object() =>
        AssertDefaultAsync(akka => akka.WithConnectionPool(new PoolSettings(ConnectionString, 2, 4)), 2, 4);

    [Fact]
    public Task A_pool_starts_with_a_function_of_the_settings_in_HOCON() => AssertDefaultAsync(
        akka => akka.AddHocon(Hocon("min-connections = 2"), HoconAddMode.Prepend).WithConnectionPool(settings => settings with { MaxConnections = 6 }), 2, 6);

    [Fact]
    public Task A_pool_starts_with_a_function_of_the_services() => AssertDefaultAsync(
        akka => akka.WithConnectionPool((settings, services) => settings with { ConnectionString = services.GetService<Secret>().Text, MaxConnections = 5 }), 1, 5);

    [Fact]
    public Task A_named_pool_starts_with_everything_from_HOCON() => AssertNamedAsync(
        akka => akka.AddHocon(Hocon("max-connections = 7, pools.reports.min-connections = 2"), HoconAddMode.Prepend).WithConnectionPool<Reports>("reports"), 2, 7);

    [Fact]
    public Task A_named_pool_starts_with_a_connection_string() => AssertNamedAsync(akka => akka.WithConnectionPool<Reports>("reports", ConnectionString), 1, 10);

    [Fact]
    public Task A_named_pool_starts_with_a_settings_object() => AssertNamedAsync(
        akka => akka.WithConnectionPool<Reports>("reports", new PoolSettings(ConnectionString, 2, 4) { Name = "overruled" }), 2, 4);

    [Fact]
    public Task A_named_pool_starts_with_a_function_of_the_settings_in_HOCON() => AssertNamedAsync(
        akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool<Reports>("reports", settings => settings with { MaxConnections = 6 }), 1, 6);

    [Fact]
    public Task A_named_pool_starts_with_a_function_of_the_services() => AssertNamedAsync(
        akka => akka.WithConnectionPool<Reports>("reports", (settings, services) => settings with { ConnectionString = services.GetService<Secret>().Text }), 1, 10);

    [Fact]
    public async Task A_pool_whose_settings_have_a_name_is_injectable_by_that_name()
    {
        using var host = await RunAsync(
            akka => akka.WithConnectionPool(new PoolSettings(ConnectionString, 1, 1) { Name = "own" }),
            services => services.AddConnectionPool("own"));

        Assert.Equal("own", host.Services.GetRequiredKeyedService<IConnectionPool>("own").Statistics.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\"b")]
    public async Task A_name_that_no_actor_could_have_is_refused(string name)
    {
        using var host = Build(akka => akka.WithConnectionPool<Reports>(name, ConnectionString));

        await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync());
    }

    private async Task AssertDefaultAsync(Action<AkkaConfigurationBuilder> akka, int min, int max)
    {
        using var host = await RunAsync(akka, Services);
        await AssertServesAsync(host, host.Services.GetRequiredService<IRequiredActor<PoolManager>>().ActorRef, "default", min, max);
    }

    private async Task AssertNamedAsync(Action<AkkaConfigurationBuilder> akka, int min, int max)
    {
        using var host = await RunAsync(akka, Services);
        await AssertServesAsync(host, host.Services.GetRequiredService<IRequiredActor<Reports>>().ActorRef, "reports", min, max);
    }

    private void Services(IServiceCollection services) => services.AddSingleton(new Secret(ConnectionString));

    private async Task AssertServesAsync(IHost host, Akka.Actor.IActorRef manager, string name, int min, int max)
    {
        var statistics = await StatisticsAsync(manager);
        Assert.Equal((name, min, max), (statistics.Name, statistics.Min, statistics.Max));
        Assert.Equal(min, await Backends.CountAsync());
        await using (var connection = await BorrowAsync(manager))
            Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));

        await host.StopAsync();
        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    public sealed record Secret(string Text);

    private sealed class Reports;
}

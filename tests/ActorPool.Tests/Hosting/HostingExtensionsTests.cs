using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorPool.Tests.Hosting;

/// <summary>Mistakes when a pool is added to an application.</summary>
public sealed class HostingExtensionsTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void A_name_that_no_pool_can_have_is_refused_at_once(string name)
    {
        var akka = new AkkaConfigurationBuilder(new ServiceCollection(), "wrong");

        foreach (var add in new Action[]
        {
            () => akka.WithConnectionPool<HostingExtensionsTests>(name),
            () => akka.WithConnectionPool<HostingExtensionsTests>(name, "Host=h"),
            () => akka.WithConnectionPoolHealthCheck(name),
            () => new ServiceCollection().AddConnectionPool(name),
        })
            Assert.Equal("name", Assert.ThrowsAny<ArgumentException>(add).ParamName);
    }

    [Fact]
    public void A_negative_degraded_wait_is_refused_at_once()
    {
        var akka = new AkkaConfigurationBuilder(new ServiceCollection(), "wrong");

        Assert.Equal("degradedWait", Assert.ThrowsAny<ArgumentException>(() => akka.WithConnectionPoolHealthCheck(degradedWait: TimeSpan.FromSeconds(-2))).ParamName);
    }

    [Fact]
    public async Task A_function_that_returns_no_settings_stops_the_start_with_the_pools_name()
    {
        var error = await FailAsync(akka => akka.WithConnectionPool<HostingExtensionsTests>("orders", _ => null!));

        Assert.IsType<ArgumentException>(error);
        Assert.Contains("'orders'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_connection_string_stops_the_start_and_is_not_quoted()
    {
        var error = await FailAsync(akka => akka.WithConnectionPool("Host=h;Pasword=hunter2"));

        Assert.IsAssignableFrom<ArgumentException>(error);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_of_a_pool_that_was_never_added_says_how_to_add_it()
    {
        var builder = Builder();
        builder.Services.AddConnectionPool("orders");
        builder.Services.AddAkka("wrong", _ => { });
        using var host = builder.Build();
        await host.StartAsync();

        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<IConnectionPool>("orders").Statistics);

        Assert.Contains("'orders'", error.Message, StringComparison.Ordinal);
        Assert.Contains("WithConnectionPool", error.Message, StringComparison.Ordinal);
        await host.StopAsync();
    }

    private static HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        return builder;
    }

    private static async Task<Exception> FailAsync(Action<AkkaConfigurationBuilder> add)
    {
        var builder = Builder();
        builder.Services.AddAkka("wrong", (akka, _) => add(akka.AddHocon("akka.loglevel = OFF, akka.stdout-loglevel = OFF", HoconAddMode.Prepend)));
        using var host = builder.Build();
        return await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
    }
}

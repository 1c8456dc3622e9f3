using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorPool.Tests.Hosting;

/// <summary>A section of settings that no pool uses, as after a typing error.</summary>
public sealed class HostedPoolsTests
{
    private const string Common = "akka { loglevel = WARNING, stdout-loglevel = OFF, actor-pool { connection-string = \"Host=127.0.0.1;Port=1\", min-connections = 0 } }\n";

    [Fact]
    public async Task A_section_that_names_no_pool_is_reported_with_the_names_of_the_pools()
    {
        var warnings = await WarningsAsync("reprots { max-connections = 2 }\n \"a.b\" { max-connections = 3 }", akka => akka.WithConnectionPool().WithConnectionPool<Reports>("reports").WithConnectionPool<HostedPoolsTests>("a.b"));

        var warning = Assert.Single(warnings);
        Assert.Contains("akka.actor-pool.pools.reprots", warning, StringComparison.Ordinal);
        Assert.Contains("a.b, default, reports", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_of_a_pool_with_settings_from_code_is_reported()
    {
        var settings = new PoolSettings("Host=127.0.0.1;Port=1", 0, 1);

        var warnings = await WarningsAsync("reports { max-connections = 2 }\n default { max-connections = 3 }", akka => akka.WithConnectionPool<Reports>("reports", settings).WithConnectionPool(settings));

        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, warning => Assert.Contains("settings => settings with", warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_section_that_is_used_is_not_reported()
    {
        var warnings = await WarningsAsync("reports { max-connections = 2 }\n default { max-connections = 3 }", akka => akka
            .WithConnectionPool<Reports>("reports", settings => settings with { MaxConnections = 3 })
            .WithConnectionPool());

        Assert.Empty(warnings);
    }

    private static async Task<List<string>> WarningsAsync(string sections, Action<AkkaConfigurationBuilder> pools)
    {
        Inbox? inbox = null;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("sections", (akka, _) =>
        {
            akka.AddHocon($"{Common} akka.actor-pool.pools {{ {sections} }}", HoconAddMode.Prepend);
            akka.StartActors((system, _) =>
            {
                inbox = Inbox.Create(system);
                system.EventStream.Subscribe(inbox.Receiver, typeof(Warning));
            });
            pools(akka);
        });
        using var host = builder.Build();
        await host.StartAsync();

        var end = new object();
        inbox!.Receiver.Tell(end);
        var warnings = new List<string>();
        for (var message = await inbox.ReceiveAsync(); message != end; message = await inbox.ReceiveAsync())
            warnings.Add($"{((Warning)message).Message}");
        inbox.Dispose();
        await host.StopAsync();
        return warnings;
    }

    private sealed class Reports;
}

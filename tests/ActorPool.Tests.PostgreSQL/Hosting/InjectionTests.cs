using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>Pools as services, alone and several in one system.</summary>
public sealed class InjectionTests : HostTest
{
    [Fact]
    public async Task The_default_pool_is_injectable()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(ConnectionString), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();

        await using (var connection = await pool.GetConnAsync("key"))
            Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
        var put = await pool.GetConnAsync();
        await pool.PutConnAsync(put);

        Assert.Equal(2, pool.Statistics.Granted);
    }

    [Fact]
    public async Task Disposing_an_injected_pool_does_not_end_it()
    {
        using var host = await RunAsync(akka => akka.WithConnectionPool(ConnectionString), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();
        await pool.DisposeAsync();

        await using var connection = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
    }

    [Fact]
    public async Task An_actor_gets_a_pool_through_IRequiredActor()
    {
        using var host = await RunAsync(akka => akka
            .WithConnectionPool(ConnectionString)
            .WithActors((system, registry, resolver) => registry.Register<SqlActor>(system.ActorOf(resolver.Props<SqlActor>()))));
        var actor = host.Services.GetRequiredService<IRequiredActor<SqlActor>>().ActorRef;

        Assert.Equal(2, await actor.Ask<int>("SELECT 1 + 1", TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Two_named_pools_have_their_own_settings_and_fall_back_to_the_common_ones()
    {
        const string Sections = """
            acquire-timeout = 77s
            max-connections = 9
            pools {
              reports { min-connections = 2, max-connections = 3, key-sharing = exclusive }
              jobs { acquire-timeout = 0s }
            }
            """;
        using var host = await RunAsync(
            akka => akka.AddHocon(Hocon(Sections), HoconAddMode.Prepend).WithConnectionPool<Reports>("reports").WithConnectionPool<Jobs>("jobs"),
            services => services.AddConnectionPool("reports").AddConnectionPool("jobs"));
        var reports = host.Services.GetRequiredKeyedService<IConnectionPool>("reports");
        var jobs = host.Services.GetRequiredKeyedService<IConnectionPool>("jobs");

        Assert.Equal(("reports", 2, 3), (reports.Statistics.Name, reports.Statistics.Min, reports.Statistics.Max));
        Assert.Equal(("jobs", 1, 9), (jobs.Statistics.Name, jobs.Statistics.Min, jobs.Statistics.Max));
        Assert.Equal(3, await Backends.CountAsync());
        Assert.NotSame(host.Services.GetRequiredService<IRequiredActor<Reports>>().ActorRef, host.Services.GetRequiredService<IRequiredActor<Jobs>>().ActorRef);
        await using var connection = await reports.GetConnAsync();
        var error = await Assert.ThrowsAsync<PoolException>(async () => await jobs.PutConnAsync(connection));
        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        Assert.Null(host.Services.GetService<IConnectionPool>());
    }

    [Fact]
    public async Task The_default_pool_and_a_named_one_live_side_by_side()
    {
        using var host = await RunAsync(
            akka => akka.AddHocon(Hocon("pools.reports.max-connections = 3"), HoconAddMode.Prepend).WithConnectionPool().WithConnectionPool<Reports>("reports"),
            services => services.AddConnectionPool().AddConnectionPool("reports"));

        Assert.Equal(10, host.Services.GetRequiredService<IConnectionPool>().Statistics.Max);
        Assert.Equal(3, host.Services.GetRequiredKeyedService<IConnectionPool>("reports").Statistics.Max);
    }

    [Fact]
    public void An_injected_pool_that_was_never_added_says_what_to_do()
    {
        using var host = Build(_ => { }, services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();

        var error = Assert.Throws<InvalidOperationException>(() => pool.Statistics);
        Assert.Contains("WithConnectionPool", error.Message, StringComparison.Ordinal);
        Assert.Contains("'default'", error.Message, StringComparison.Ordinal);
    }

    private sealed class Reports;

    private sealed class Jobs;

    private sealed class SqlActor : ReceiveActor
    {
        public SqlActor(IRequiredActor<PoolManager> pool)
        {
            ReceiveAsync<string>(async sql =>
            {
                await using var connection = await pool.ActorRef.Ask<PooledConnection>(new GetConn { Owner = Self });
                Sender.Tell(await ScalarAsync(connection, sql));
            });
        }
    }
}

using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>The time from the promotion of a standby to the first write. It is measured while no other test runs.</summary>
[Collection(AloneCollection.Name)]
public sealed class PromotionTests : HostsTest
{
    [Fact]
    public async Task A_borrower_writes_soon_after_a_promotion()
    {
        var primary = await StartPrimaryAsync();
        var standby = Keep(await primary.StartStandbyAsync());
        string[] hosts = [HostOf(primary.ConnectionString), HostOf(standby.ConnectionString)];
        await using var given = NpgsqlDataSource.Create(With(primary.ConnectionString, $"{Recipe};Pooling=false", hosts));
        ConnectionPool[] pools =
        [
            await StartAsync(new PoolSettings(With(primary.ConnectionString, Recipe, hosts), 1, 4) { Name = "string" }),
            await StartAsync(new PoolSettings("", 1, 4) { Name = "source", DataSource = given }),
            await StartAsync(new PoolSettings("", 1, 4) { Name = "side", DataSource = ((NpgsqlMultiHostDataSource)given).WithTargetSession(TargetSessionAttributes.Primary) }),
        ];
        var reports = await StartAsync(new PoolSettings(With(primary.ConnectionString, "Target Session Attributes=prefer-standby", hosts), 1, 2) { Name = "reports" });
        Assert.Equal(PortOf(standby), await PortAsync(reports));
        Assert.Equal(PortOf(standby), await PortAsync(reports));
        Assert.Equal((1, 0), (reports.Statistics.Opened, reports.Statistics.ConnectFailures));
        await primary.StopAsync(PostgresStopMode.Immediate);
        var waiting = pools.Select(PortAsync).ToArray();
        foreach (var pool in pools)
        {
            await EventuallyAsync(() => pool.Statistics.ConnectFailures > 3, "no host will do");
            Assert.Contains("The server is a standby, and Target Session Attributes asks for", pool.Statistics.LastConnectError, StringComparison.Ordinal);
        }

        await RunAsync(standby, "SELECT pg_promote()");
        var clock = Stopwatch.StartNew();

        Assert.All(await Task.WhenAll(waiting), port => Assert.Equal(PortOf(standby), port));
        // A quiet machine needs about a second. The driver itself would leave the hosts out for Host Recheck Seconds, which are 10.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4), $"It took {clock.Elapsed}.");
        foreach (var pool in pools)
            Assert.Empty(await WriteAsync(pool, TimeSpan.Zero));
    }
}

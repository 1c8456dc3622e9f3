using System.Diagnostics;
using ActorPool.Driver;
using ActorPool.Driver.Internals;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>Several hosts in one connection string, or in a data source.</summary>
public sealed class SeveralHostsTests : HostsTest
{
    [Theory]
    [InlineData("", false)]
    [InlineData("SSL Mode=Disable", false)]
    [InlineData("Pooling=false", true)]
    public async Task The_host_behind_a_silent_host_is_reached_in_time(string more, bool givenDataSource)
    {
        using var silent = new SilentHost();
        var text = With(ConnectionString, more, silent.Name, HostOf(ConnectionString));
        // The driver's time-out for one host is longer than the pool's for all hosts.
        await using var given = givenDataSource ? NpgsqlDataSource.Create(text) : null;
        var settings = new PoolSettings(givenDataSource ? "" : text, 1, 2) { DataSource = given, ConnectTimeout = TimeSpan.FromSeconds(6) };
        var clock = Stopwatch.StartNew();

        var pool = await StartAsync(settings);

        Assert.True(clock.Elapsed < settings.ConnectTimeout, $"It took {clock.Elapsed}.");
        Assert.Equal((1, 0), (pool.Statistics.Opened, pool.Statistics.ConnectFailures));
        Assert.Equal(1, silent.Connections);
        await PortAsync(pool);
    }

    [Fact]
    public async Task A_host_that_was_silent_is_tried_last()
    {
        using var silent = new SilentHost();
        var text = With(ConnectionString, "Host Recheck Seconds=60", silent.Name, HostOf(ConnectionString));
        var pool = await StartAsync(new PoolSettings(text, 1, 2) { ConnectTimeout = TimeSpan.FromSeconds(4) });
        Assert.Equal(1, silent.Connections);

        await using (await pool.GetConnAsync())
            await PortAsync(pool);

        Assert.Equal((2, 1), (pool.Statistics.Opened, silent.Connections));
    }

    [Fact]
    public async Task A_request_behind_a_silent_host_is_served_by_a_second_open()
    {
        using var silent = new SilentHost();
        var pool = await StartAsync(new PoolSettings(With(ConnectionString, "", silent.Name, HostOf(ConnectionString)), 0, 2) { ConnectTimeout = TimeSpan.FromSeconds(60) });

        await PortAsync(pool);

        // The first open still waits for the silent host, whose turn is 30 s. The request waits for 15 s at most.
        Assert.Equal((1, 1, 0), (pool.Statistics.Opened, silent.Connections, pool.Statistics.ConnectFailures));
    }

    [Fact]
    public async Task The_error_names_the_silent_host_and_the_refusing_host()
    {
        using var silent = new SilentHost();
        var settings = new PoolSettings(With(ConnectionString, "", silent.Name, "127.0.0.1:1"), 1, 1) { ConnectTimeout = TimeSpan.FromSeconds(4) };

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(settings));

        Assert.Contains($"{silent.Name}: The server did not answer within 2 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1: Connection refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_contains_the_servers_error_when_every_host_refuses()
    {
        var text = With(ConnectionString, "", HostOf(ConnectionString), HostOf(ConnectionString)).Replace("Database=", "Database=no_", StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(text, 1, 1)));

        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, Assert.IsType<PostgresException>(error.InnerException).SqlState);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task The_error_contains_the_error_of_one_host_when_the_other_is_down()
    {
        var text = With(ConnectionString, "", "127.0.0.1:1", HostOf(ConnectionString)).Replace("Database=", "Database=no_", StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings(text, 1, 1)));

        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, Assert.IsType<PostgresException>(error.InnerException?.InnerException).SqlState);
        Assert.True(error.IsTransient);
        Assert.Contains("127.0.0.1:1: Connection refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiter_is_served_as_soon_as_the_hosts_are_back()
    {
        var server = await StartServerAsync(new() { AlwaysThrowaway = true });
        var text = With(server.ConnectionString, "Pooling=false", "127.0.0.1:1", HostOf(server.ConnectionString));
        await using var source = NpgsqlDataSource.Create(text);
        ConnectionPool[] pools =
        [
            await StartAsync(new PoolSettings(text, 1, 1) { Name = "string" }),
            await StartAsync(new PoolSettings("", 1, 1) { Name = "source", DataSource = source }),
            await StartAsWholeAsync(new PoolSettings("", 1, 1) { Name = "source-as-a-whole", DataSource = source }),
        ];
        await server.StopAsync();
        var served = pools.Select(PortAsync).ToArray();
        foreach (var pool in pools)
        {
            await EventuallyAsync(() => pool.Statistics.ConnectFailures >= 12, $"{pool.Statistics.Name} tries often");
            Assert.Contains("Connection refused", pool.Statistics.LastConnectError, StringComparison.Ordinal);
        }

        await server.StartAgainAsync();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(served);

        // The driver itself would leave the hosts out for Host Recheck Seconds, which are 10.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public async Task The_configuration_of_the_data_source_holds_for_every_host()
    {
        var pool = await StartAsync(new PoolSettings(With(ConnectionString, "Load Balance Hosts=true", HostOf(ConnectionString), HostOf(ConnectionString)), 0, 2)
        {
            ConfigureDataSource = source => source.UsePhysicalConnectionInitializer(
                connection => throw new NotSupportedException(),
                async connection =>
                {
                    await using var command = new NpgsqlCommand("SELECT set_config('app.configured', 'yes', false)", connection);
                    await command.ExecuteNonQueryAsync();
                }),
        });
        await using var one = await pool.GetConnAsync();
        await using var other = await pool.GetConnAsync();

        Assert.Equal("yes", await ScalarAsync(one, "SELECT current_setting('app.configured')"));
        Assert.Equal("yes", await ScalarAsync(other, "SELECT current_setting('app.configured')"));
    }

    /// <summary>As with a driver whose data source for several hosts hides its parts.</summary>
    private async Task<ConnectionPool> StartAsWholeAsync(PoolSettings settings)
    {
        var source = NpgsqlSource.Create(settings, NpgsqlInternals.TryCreate(out _), hosts: HostList.Of(settings.DataSource!, inIt: null));
        return Keep(await ConnectionPool.StartAsync(Sys, settings, source, CancellationToken.None));
    }
}

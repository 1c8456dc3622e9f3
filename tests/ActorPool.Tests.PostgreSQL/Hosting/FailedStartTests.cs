using System.Diagnostics;
using Akka.Hosting;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>An application whose database cannot be reached does not start, and says why.</summary>
public sealed class FailedStartTests : HostTest
{
    [Fact]
    public async Task A_database_that_does_not_exist_stops_the_start_of_the_host()
    {
        var error = await FailToStartAsync(text => text.Database = "no_such_database");

        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, error.SqlState);
        Assert.Contains("no_such_database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_fails_to_start_stops_the_host_and_no_other_pool_is_left()
    {
        var wrong = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "no_such_database" }.ConnectionString;
        using var host = Build(akka => akka.WithConnectionPool(ConnectionString).WithConnectionPool<FailedStartTests>("wrong", wrong));

        await Assert.ThrowsAsync<PoolException>(() => host.StartAsync());
        await host.StopAsync();

        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    [Fact]
    public async Task A_wrong_setting_in_HOCON_is_named()
    {
        using var host = Build(akka => akka.AddHocon(Hocon("max-conections = 3"), HoconAddMode.Prepend).WithConnectionPool());

        var error = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Contains("max-conections", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_pools_of_one_name_are_refused()
    {
        using var host = Build(akka => akka.WithConnectionPool(ConnectionString).WithConnectionPool<FailedStartTests>("default", ConnectionString));

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());

        Assert.Contains("'default'", error.Message, StringComparison.Ordinal);
    }

    private async Task<PoolException> FailToStartAsync(Action<NpgsqlConnectionStringBuilder> spoil)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        spoil(text);
        using var host = Build(akka => akka.WithConnectionPool(text.ConnectionString));
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<PoolException>(() => host.StartAsync());

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed}.");
        Assert.Equal(0, await Backends.CountAsync());
        return error;
    }
}

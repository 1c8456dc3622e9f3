using ActorPool.Driver;
using Npgsql;

namespace ActorPool.Tests.Driver;

/// <summary>The data source of a pool never pools.</summary>
public sealed class NpgsqlSourceTests
{
    [Fact]
    public async Task A_given_data_source_that_does_not_pool_is_used_and_never_disposed()
    {
        await using var given = NpgsqlDataSource.Create("Host=h;Pooling=false");
        await using (NpgsqlSource.Create(new PoolSettings("", 0, 1) { DataSource = given }))
        {
        }

        await using var still = given.CreateConnection();
        Assert.Contains("Host=h", still.ConnectionString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pooling=true")]
    [InlineData("Pooling=true;Minimum Pool Size=2;Maximum Pool Size=3")]
    [InlineData("Minimum Pool Size=200")]
    [InlineData("Maximum Pool Size=1;Connection Idle Lifetime=1;Connection Pruning Interval=1;Connection Lifetime=1")]
    [InlineData("Multiplexing=true")]
    [InlineData("No Reset On Close=true")]
    [InlineData("Enlist=true")]
    public async Task Pooling_keywords_in_the_string_are_ignored(string keywords)
    {
        await using var source = NpgsqlSource.Create(new PoolSettings($"Host=h;{keywords}", 0, 1));
        var text = TextOf(source);

        Assert.False(text.Pooling);
        Assert.False(text.Multiplexing);
        Assert.False(text.Enlist);
        Assert.Equal(new NpgsqlConnectionStringBuilder().MaxPoolSize, text.MaxPoolSize);
        Assert.Equal(0, text.MinPoolSize);
    }

    [Fact]
    public async Task Pooling_switched_on_while_the_data_source_is_configured_is_ignored_too()
    {
        var settings = new PoolSettings("", 0, 1)
        {
            ConfigureDataSource = builder => (builder.ConnectionStringBuilder.Host, builder.ConnectionStringBuilder.Pooling, builder.ConnectionStringBuilder.MinPoolSize) = ("h", true, 7),
        };
        await using var source = NpgsqlSource.Create(settings);

        Assert.False(TextOf(source).Pooling);
        Assert.Equal("h", TextOf(source).Host);
    }

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(7, 7)]
    [InlineData(7.2, 8)]
    [InlineData(100_000, 1024)]
    public async Task The_drivers_own_time_out_does_not_end_before_connect_timeout(double seconds, int driverSeconds)
    {
        await using var source = NpgsqlSource.Create(new PoolSettings("Host=h;Timeout=3", 0, 1) { ConnectTimeout = TimeSpan.FromSeconds(seconds) });

        Assert.Equal(driverSeconds, TextOf(source).Timeout);
    }

    [Theory]
    [InlineData(15, 8)]
    [InlineData(1, 1)]
    public async Task The_drivers_time_out_is_for_one_of_two_hosts(double seconds, int driverSeconds)
    {
        await using var source = NpgsqlSource.Create(new PoolSettings("Host=a,b", 0, 1) { ConnectTimeout = TimeSpan.FromSeconds(seconds) });

        Assert.All(source.Hosts.All, host => Assert.Equal(driverSeconds, new NpgsqlConnectionStringBuilder(host.Source.ConnectionString).Timeout));
    }

    private static NpgsqlConnectionStringBuilder TextOf(NpgsqlSource source) => new(source.Create().Driver.ConnectionString);
}

using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests;

/// <summary>Starts that cannot succeed, without a server in sight.</summary>
public sealed class StartTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("starts", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");

    // Without a minimum nothing is connected to at the start.
    private static readonly PoolSettings Good = new("Host=127.0.0.1;Port=1", 0, 1);

    public static TheoryData<Func<PoolSettings>, string> Wrong() => new()
    {
        { () => new PoolSettings("", 0, 1), "connection-string" },
        { () => new PoolSettings("Database=shop", 0, 1), "connection-string" },
        { () => new PoolSettings("Host=h", 2, 1), "min-connections (2)" },
        { () => new PoolSettings("Host=h", int.MaxValue, 1), "min-connections (2147483647)" },
        { () => new PoolSettings("Host=h", 0, 1) { DataSource = NpgsqlDataSource.Create("Host=h;Pooling=false") }, "exclude each other" },
        { () => new PoolSettings("", 0, 1) { DataSource = NpgsqlDataSource.Create("Host=h") }, "Pooling=false" },
        { () => new PoolSettings("Host=h", 0, 1) { ConfigureDataSource = builder => builder.ConnectionStringBuilder.Remove("Host") }, "connection-string" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Settings_that_do_not_fit_are_refused_by_both_pools_and_leave_the_name_free(Func<PoolSettings> make, string words)
    {
        var actors = await Assert.ThrowsAnyAsync<ArgumentException>(() => ConnectionPool.StartAsync(_system, make()));
        var simple = await Assert.ThrowsAnyAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(make()));

        Assert.Contains(words, actors.Message, StringComparison.Ordinal);
        Assert.Contains(words, simple.Message, StringComparison.Ordinal);
        Assert.Null(ConnectionPool.Find(_system));
        await using var pool = await ConnectionPool.StartAsync(_system, Good);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_by_name()
    {
        await using var pool = await ConnectionPool.StartAsync(_system, Good);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => ConnectionPool.StartAsync(_system, Good));

        Assert.Contains("'default'", error.Message, StringComparison.Ordinal);
        Assert.Same(pool, ConnectionPool.Find(_system));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_already_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectionPool.StartAsync(_system, Good, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SimpleConnectionPool.StartAsync(Good, cancelled));

        Assert.Null(ConnectionPool.Find(_system));
    }

    [Fact]
    public async Task An_actor_system_that_has_ended_is_an_error_at_once()
    {
        await ConnectionPool.StartAsync(_system, Good);
        await _system.Terminate();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ConnectionPool.StartAsync(_system, Good with { Name = "late" }).WaitAsync(TimeSpan.FromSeconds(5)));

        Assert.Null(ConnectionPool.Find(_system, "late"));
    }

    [Fact]
    public async Task A_new_actor_system_that_has_ended_is_an_error_at_once()
    {
        await _system.Terminate();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ConnectionPool.StartAsync(_system, Good).WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task What_the_configuration_of_the_data_source_throws_is_thrown_by_the_start()
    {
        var settings = Good with { ConfigureDataSource = _ => throw new InvalidTimeZoneException("mine") };

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => ConnectionPool.StartAsync(_system, settings));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => SimpleConnectionPool.StartAsync(settings));
        Assert.Null(ConnectionPool.Find(_system));
    }

    public void Dispose() => _system.Dispose();
}

using ActorPool.Driver;
using ActorPool.Driver.Internals;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver.NextDriver;

/// <summary>The same binaries with the next major version of Npgsql.</summary>
public sealed class NextDriverTests : PoolTest
{
    private static readonly string[] Works = ["Npgsql 11", "has the property: False", "tables left: 0", "statements: 1 22012 3", "the query was ended: True"];

    [Fact]
    public async Task A_pool_starts_on_a_driver_without_the_multiplexing_property() =>
        Assert.Equal(Works, await RunAsync(new NextDriverContext()));

    [Fact]
    public async Task A_pool_whose_driver_has_moved_its_internals_runs_and_warns_once()
    {
        var seen = await RunAsync(new NextDriverContext("Npgsql.Internal.NpgsqlConnector", "_socket"));

        Assert.Equal(Works, seen.Take(Works.Length));
        var warning = Assert.Single(seen.Skip(Works.Length));
        Assert.StartsWith("Pool default: This Npgsql (11.0.0) has other internals than those that the pool knows: ", warning, StringComparison.Ordinal);
        Assert.EndsWith("The pool works without them: it is safe, and slower.", warning, StringComparison.Ordinal);
        Assert.Contains("_socket", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_whose_driver_cannot_separate_answers_sends_each_statement_alone_and_warns_once()
    {
        var seen = await RunAsync(new NextDriverContext("Npgsql.NpgsqlDataReader", "_sendTask"));

        Assert.Equal(Works, seen.Take(Works.Length));
        Assert.Contains("each is sent alone", Assert.Single(seen.Skip(Works.Length)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_seen_on_the_first_connection_is_one_warning_as_well()
    {
        var settings = new PoolSettings(ConnectionString, 0, 2);

        await EventFilter.Warning(contains: "other internals").ExpectAsync(1, async () =>
        {
            var pool = Keep(await ConnectionPool.StartAsync(Sys, settings, new UnverifiedSource(settings), CancellationToken.None));
            await using var one = await pool.GetConnAsync();
            await using var other = await pool.GetConnAsync();
        });
    }

    private async Task<string[]> RunAsync(NextDriverContext driver)
    {
        var seen = await driver.RunAsync<string[]>(typeof(Scenario), nameof(Scenario.RunAsync), ConnectionString);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        return seen;
    }

    /// <summary>A driver whose internals turn out to mean something else.</summary>
    private sealed class UnverifiedSource(PoolSettings settings) : IConnectionSource
    {
        private readonly NpgsqlSource _source = NpgsqlSource.Create(settings, internals: null);
        private bool _isVerified;

        public string Server => _source.Server;

        public string ConnectionString => _source.ConnectionString;

        public string? Limitation => _isVerified ? NpgsqlInternals.Unknown("they mean something else") : null;

        public IPhysicalConnection Create()
        {
            _isVerified = true;
            return _source.Create();
        }

        public void EndWaiting() => _source.EndWaiting();

        public ValueTask DisposeAsync() => _source.DisposeAsync();
    }
}

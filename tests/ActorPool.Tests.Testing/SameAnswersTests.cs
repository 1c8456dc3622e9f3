using System.Globalization;
using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Testing;

/// <summary>The pool of a test beside the real one on a real server: the same calls have the same answers, texts of errors included.</summary>
public sealed class SameAnswersTests(SameAnswersTests.OneServer one) : IClassFixture<SameAnswersTests.OneServer>
{
    private const int Calls = 150;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_calls_have_the_answers_of_a_real_pool(int seed)
    {
        var opened = 0;
        using var system = ActorSystem.Create("same", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        await using var database = await one.Server.CreateDatabaseAsync();
        // It does not open a second connection because the first is slow.
        var settings = new PoolSettings(database.ConnectionString, 0, 80) { AcquireTimeout = TimeSpan.Zero, IdleTimeout = Timeout.InfiniteTimeSpan };
        await using var real = await ConnectionPool.StartAsync(system, settings);
        await using var test = new TestConnectionPool(() => new FakeConnection(++opened));

        var expected = await new PoolPlayer(real, real.Manager, lease => lease.Npgsql.ProcessID).PlayAsync(seed, Calls);
        var actual = await new PoolPlayer(test, test.ManagerIn(system), lease => lease.DataSource).PlayAsync(seed, Calls);

        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], actual[i]);
        Assert.Equal(Kinds(real.Statistics), Kinds(test.Statistics));
    }

    [Fact]
    public async Task A_real_pool_refuses_a_lease_that_no_pool_lent()
    {
        using var system = ActorSystem.Create("same", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        await using var real = await ConnectionPool.StartAsync(system, new PoolSettings(one.Server.ConnectionString, 0, 1));
        using var lease = TestLease.Over(new FakeConnection());

        foreach (var put in (Func<Task>[])[async () => await real.PutConnAsync(lease), () => real.Manager.Ask<ConnPut>(new PutConn(lease))])
            Assert.Contains("was not lent by this pool, but by pool 'TestLease'", (await Assert.ThrowsAsync<PoolException>(put)).Message, StringComparison.Ordinal);
    }

    private static string Kinds(PoolStatistics state) => string.Create(
        CultureInfo.InvariantCulture, $"granted {state.Granted}, joined {state.Joined}, opened {state.Opened}, not checked out {state.NotCheckedOut}, timed out {state.TimedOut}, affinity {state.AffinityHits}");

    public sealed class OneServer : IAsyncLifetime
    {
        public PostgresServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await PostgresServer.StartAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}

using System.Diagnostics;
using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.Faults;

/// <summary>Threads of the thread pool while the network is silent.</summary>
[Collection(AloneCollection.Name)]
public sealed class ThreadTests
{
    private const int Connections = 40;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Round_trips_that_hang_keep_no_thread_of_the_thread_pool()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 60 });
        await using var network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = network.Port, SslMode = SslMode.Disable };
        var system = ActorSystem.Create("threads", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(text.ConnectionString, Connections, Connections)
        {
            ConnectTimeout = Limit,
            AcquireTimeout = 4 * Limit,
            ValidateAfterIdle = TimeSpan.Zero,
        });
        network.Mode = NetworkMode.Blackhole;

        // All connections are tested at once, and every test fails.
        var refused = Enumerable.Range(0, Connections).Select(_ => Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask())).ToArray();
        var slowest = await Task.Run(() => SlowestTurnAsync(Task.WhenAll(refused)));

        Assert.True(slowest < 2 * Limit, $"The thread pool was blocked for {slowest}.");
        Assert.All(await Task.WhenAll(refused), error => Assert.Contains(error.Kind, new[] { PoolErrorKind.Timeout, PoolErrorKind.ConnectFailed }));

        network.Mode = NetworkMode.Pass;
        await pool.DisposeAsync();
        await system.Terminate();
    }

    /// <summary>The longest that a piece of work had to wait for a thread.</summary>
    private static async Task<TimeSpan> SlowestTurnAsync(Task until)
    {
        var slowest = TimeSpan.Zero;
        while (!until.IsCompleted)
        {
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(10);
            var took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
        }

        return slowest;
    }
}

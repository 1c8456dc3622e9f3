using System.Diagnostics;
using ActorPool.Faults;
using ActorPool.TestSupport;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.Faults;

/// <summary>
/// Idle connections that are silently dead, at the pool's maximum: a firewall has forgotten them, or their backends stand still. New connections work.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SilentNetworkTests : IAsyncLifetime
{
    private const int Connections = 4;

    // Twice the default, so that a busy machine has the time as well. With the default the first borrower waits for less than three seconds.
    private static readonly TimeSpan ValidateTimeout = TimeSpan.FromSeconds(3);

    private readonly ActorSystem _system = ActorSystem.Create("silent", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
    private readonly List<StoppedBackend> _stopped = [];
    private PostgresServer _server = null!;
    private FaultProxy _network = null!;
    private ConnectionPool _pool = null!;

    /// <summary>Why the connections are dead.</summary>
    public enum Death
    {
        Forgotten,
        Stopped,
    }

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true });
        _network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(_server.ConnectionString).Port);
    }

    public async Task DisposeAsync()
    {
        _stopped.ForEach(backend => backend.Dispose());
        await _pool.DisposeAsync();
        await _system.Terminate();
        await _network.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(Death.Forgotten, null)]
    [InlineData(Death.Stopped, null)]
    [InlineData(Death.Stopped, "tenant")]
    public async Task The_first_borrower_is_served_before_two_tests_could_time_out(Death death, string? key)
    {
        // As if they had been idle for longer than the default.
        await StartAsync(settings => settings with { ValidateAfterIdle = TimeSpan.Zero, ValidateTimeout = ValidateTimeout });
        await UseAllAsync();
        await DieAsync(death);
        var start = Stopwatch.GetTimestamp();

        await using var lease = await _pool.GetConnAsync(key);
        await AnswersAsync(lease);

        Assert.True(Stopwatch.GetElapsedTime(start) < 2 * ValidateTimeout, $"It took {Stopwatch.GetElapsedTime(start)}.");
    }

    [Theory]
    [InlineData(Death.Forgotten)]
    [InlineData(Death.Stopped)]
    public async Task An_idle_pool_replaces_its_dead_connections_by_itself(Death death)
    {
        await StartAsync(settings => settings with { ValidateIdleEvery = TimeSpan.FromSeconds(1) });
        await UseAllAsync();
        await DieAsync(death);

        await Until.TrueAsync(() => _pool.Statistics is { Lost: Connections, Idle: Connections }, "all are replaced");

        await using var lease = await _pool.GetConnAsync();
        await AnswersAsync(lease);
    }

    [Fact]
    public async Task Backends_that_a_firewall_has_forgotten_are_terminated_at_the_server()
    {
        await StartAsync(settings => settings with { ValidateAfterIdle = TimeSpan.Zero });
        await UseAllAsync();
        await DieAsync(Death.Forgotten);

        await using (var lease = await _pool.GetConnAsync())
            await AnswersAsync(lease);

        await Until.TrueAsync(() => _pool.Statistics is { Lost: Connections, Idle: Connections }, "all are replaced");
        await Until.TrueAsync(async () => (await BackendsAsync()).Length == Connections, "the pool has no more backends than it may");
    }

    [Fact]
    public async Task A_pause_does_not_wait_for_tests_that_hang()
    {
        await StartAsync(settings => settings with { ValidateAfterIdle = TimeSpan.Zero, ValidateTimeout = TimeSpan.FromMinutes(1) });
        await UseAllAsync();
        await DieAsync(Death.Stopped);
        using var over = new CancellationTokenSource();
        var waiting = _pool.GetConnAsync(over.Token).AsTask();
        await Until.TrueAsync(() => _pool.Statistics.Validating > 0, "a test is in flight");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await _pool.PauseAsync(untilReturned: true).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.NotEqual(0, _pool.Statistics.Validating);
        await _pool.ResumeAsync();
    }

    private async Task StartAsync(Func<PoolSettings, PoolSettings> change)
    {
        var text = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Host = "127.0.0.1", Port = _network.Port, SslMode = SslMode.Disable, ApplicationName = "silent" };
        _pool = await ConnectionPool.StartAsync(_system, change(new PoolSettings(text.ConnectionString, Connections, Connections)));
    }

    private async Task UseAllAsync()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => _pool.GetConnAsync().AsTask()));
        foreach (var lease in all)
            await lease.DisposeAsync();
    }

    private async Task DieAsync(Death death)
    {
        if (death == Death.Forgotten)
            _network.ForgetAll();
        else
            _stopped.AddRange((await BackendsAsync()).Select(StoppedBackend.Of));
    }

    private async Task<int[]> BackendsAsync()
    {
        await using var backends = await Backends.OfApplicationAsync(_server.ConnectionString, "silent");
        return await backends.PidsAsync();
    }

    private static async Task AnswersAsync(PooledConnection lease)
    {
        await using var command = lease.CreateCommand();
        command.CommandText = "SELECT 1";
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }
}

using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Npgsql;

namespace ActorPool.Tests;

/// <summary>Starts that cannot succeed. No server is needed to see that.</summary>
public sealed class StartTests : IDisposable
{
    private const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF";

    // Without a minimum the start opens no connection.
    private static readonly PoolSettings Good = new("Host=127.0.0.1;Port=1", 0, 1);

    private readonly ActorSystem _system = ActorSystem.Create("starts", Quiet);

    public static TheoryData<Func<PoolSettings>, string> Wrong() => new()
    {
        { () => new PoolSettings("", 0, 1), "connection-string" },
        { () => new PoolSettings("", 0, 1), "DataSource" },
        { () => new PoolSettings("Database=shop", 0, 1), "connection-string" },
        { () => new PoolSettings("Host=h", 2, 1), "min-connections (2)" },
        { () => new PoolSettings("Host=h", 2, 1), "max-connections (1)" },
        { () => new PoolSettings("Host=h", int.MaxValue, 1), "min-connections (2147483647)" },
        { () => new PoolSettings("Host=h", 0, 1) { DataSource = NpgsqlDataSource.Create("Host=h;Pooling=false") }, "cannot both be set" },
        { () => new PoolSettings("", 0, 1) { DataSource = NpgsqlDataSource.Create("Host=h;Pooling=false"), ConfigureDataSource = _ => { } }, "cannot both be set" },
        { () => new PoolSettings("", 0, 1) { DataSource = NpgsqlDataSource.Create("Host=h;Password=hunter2") }, "Pooling=false" },
        { () => new PoolSettings("Host=h", 0, 1) { ConfigureDataSource = builder => builder.ConnectionStringBuilder.Remove("Host") }, "connection-string" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Settings_that_do_not_fit_are_refused_by_both_pools_and_leave_the_name_free(Func<PoolSettings> make, string words)
    {
        var actors = await Assert.ThrowsAnyAsync<ArgumentException>(() => ConnectionPool.StartAsync(_system, make()));
        var simple = await Assert.ThrowsAnyAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(make()));

        Assert.All([actors, simple], error =>
        {
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        });
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
    public async Task An_error_thrown_in_ConfigureDataSource_is_thrown_by_the_start()
    {
        // Of the type that a wrong connection string has.
        var own = new ArgumentException("no such tenant");
        var settings = Good with { ConfigureDataSource = _ => throw own };

        Assert.Same(own, await Assert.ThrowsAsync<ArgumentException>(() => ConnectionPool.StartAsync(_system, settings)));
        Assert.Same(own, await Assert.ThrowsAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(settings)));
        Assert.Null(ConnectionPool.Find(_system));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_already_leaves_the_name_free()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectionPool.StartAsync(_system, Good, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SimpleConnectionPool.StartAsync(Good, cancelled));

        Assert.Null(ConnectionPool.Find(_system));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_actor_system_that_has_ended_is_an_error_at_once(bool hadPool)
    {
        if (hadPool)
            await ConnectionPool.StartAsync(_system, Good);
        await _system.Terminate();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ConnectionPool.StartAsync(_system, Good with { Name = "late" }).WaitAsync(TimeSpan.FromSeconds(15)));

        Assert.Null(ConnectionPool.Find(_system, "late"));
    }

    [Fact]
    public async Task A_start_whose_actors_do_not_run_ends_with_an_error()
    {
        // Not terminated: an actor that does not run does not stop either.
        var system = ActorSystem.Create("silent", $$"""
            {{Quiet}}, akka.actor.actor-pool-dispatcher { type = "{{typeof(Silent).AssemblyQualifiedName}}", throughput = 1, shutdown-timeout = 1s }
            """);
        var settings = Good with { MinConnections = 1, AcquireTimeout = Timeout.InfiniteTimeSpan };

        var error = await Assert.ThrowsAsync<PoolException>(() => ConnectionPool.StartAsync(system, settings).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Contains("actor-pool-dispatcher", error.Message, StringComparison.Ordinal);
        Assert.Null(ConnectionPool.Find(system));
    }

    public void Dispose() => _system.Dispose();

    public sealed class Silent(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
    {
        public override MessageDispatcher Dispatcher() => new Never(this);

        private sealed class Never(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
        {
            protected override void ExecuteTask(IRunnable run)
            {
            }

            protected override void Shutdown()
            {
            }
        }
    }
}

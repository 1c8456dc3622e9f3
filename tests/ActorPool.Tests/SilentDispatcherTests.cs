using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorPool.Tests;

/// <summary>An actor system in which the pool's actors never run.</summary>
public sealed class SilentDispatcherTests
{
    [Fact]
    public async Task A_start_whose_actors_do_not_run_ends_with_an_error()
    {
        // Not terminated: an actor that does not run does not stop either.
        var system = ActorSystem.Create("silent", $$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, actor.actor-pool-dispatcher { type = "{{typeof(Silent).AssemblyQualifiedName}}", throughput = 1, shutdown-timeout = 1s } }
            """);
        var settings = new PoolSettings("Host=127.0.0.1;Port=1", 1, 1) { AcquireTimeout = Timeout.InfiniteTimeSpan };

        var error = await Assert.ThrowsAsync<PoolException>(() => ConnectionPool.StartAsync(system, settings).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Contains("actor-pool-dispatcher", error.Message, StringComparison.Ordinal);
        Assert.Null(ConnectionPool.Find(system));
    }

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

using System.Runtime.ExceptionServices;
using ActorPool.Actors;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorPool.Tests.Actors.Support;

/// <summary>An actor system in a <see cref="SteppedWorld"/>.</summary>
internal sealed class SteppedSystem : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Config Settings = ConfigurationFactory.ParseString($$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.log-dead-letters = off
        akka.scheduler.implementation = "{{Name(typeof(SteppedWorld))}}"
        akka.actor.default-dispatcher.type = "{{Name(typeof(SteppedDispatcher.ByConfiguration))}}"
        akka.actor.internal-dispatcher.type = "{{Name(typeof(SteppedDispatcher.ByConfiguration))}}"
        {{ManagerDispatcher.Path}}.type = "{{Name(typeof(SteppedDispatcher.ByConfiguration))}}"
        """);

    private SteppedSystem()
    {
        Sys = ActorSystem.Create("stepped", Settings);
        PoolRegistry.Of(Sys);
        World = (SteppedWorld)Sys.Scheduler;
        World.IsFree = false;
        Sys.EventStream.Subscribe(Sys.ActorOf(Recorder.Props(DeadLetters)), typeof(DeadLetter));
        World.Pump();
    }

    public ActorSystem Sys { get; }

    public SteppedWorld World { get; }

    /// <summary>What nobody was there for.</summary>
    public List<object> DeadLetters { get; } = [];

    /// <summary>
    /// Runs a test on a thread of its own, without any context: what waits for a task that the test ends goes on at once and on that thread.
    /// </summary>
    public static void Run(Action<SteppedSystem> test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var system = new SteppedSystem();
                test(system);
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    public void Dispose()
    {
        World.IsFree = true;
        Assert.True(Sys.Terminate().Wait(Patience), "the actor system does not end");
    }

    private static string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

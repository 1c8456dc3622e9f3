using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorPool.Actors;

/// <summary>
/// Where the manager runs, and its connections' actors. What the facade tells it is handled on the caller's own thread when the manager
/// is at rest, and by whoever runs it already when it is not: an uncontended borrow wakes no other thread. Everything else runs it on
/// the thread pool.
/// </summary>
/// <remarks>
/// It stays an actor with its mailbox, one message at a time in the order of arrival; only the thread is another one. The manager runs
/// no user code and takes a short time for a message, and a caller handles no more than <see cref="MessageDispatcher.Throughput"/> of them.
/// </remarks>
internal sealed class ManagerDispatcher : MessageDispatcher
{
    /// <summary>Where <c>reference.conf</c> names this type.</summary>
    public const string Path = "akka.actor.actor-pool-dispatcher";

    [ThreadStatic]
    private static bool _runsHere;

    private ManagerDispatcher(MessageDispatcherConfigurator configurator, int throughput)
        : base(configurator)
    {
        Id = Path;
        Throughput = throughput;
    }

    /// <summary>Tells a manager, and runs it here if nobody does.</summary>
    public static void Tell(IActorRef manager, object message)
    {
        _runsHere = true;
        try
        {
            manager.Tell(message, ActorRefs.NoSender);
        }
        finally
        {
            _runsHere = false;
        }
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (_runsHere)
        {
            // Once: what is left over afterwards is not this caller's.
            _runsHere = false;
            run.Run();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
        }
    }

    protected override void Shutdown()
    {
    }

    internal sealed class ByConfiguration(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
    {
        private readonly Lock _making = new();
        private ManagerDispatcher? _one;

        public override MessageDispatcher Dispatcher()
        {
            lock (_making)
                return _one ??= new ManagerDispatcher(this, Config.GetInt("throughput")) { ShutdownTimeout = Config.GetTimeSpan("shutdown-timeout") };
        }
    }
}

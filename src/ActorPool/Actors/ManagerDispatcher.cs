using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorPool.Actors;

/// <summary>
/// Where the manager runs, and its connections' actors: on the thread pool. One message the facade sends is handled on the caller's own
/// thread, its own, and only when the manager is at rest and no other message is ahead of it: an uncontended borrow wakes no other thread.
/// </summary>
/// <remarks>
/// The manager stays an actor with its mailbox, one message at a time in the order of arrival. On a caller's thread it handles nothing of
/// other borrowers, whatever locks that caller holds; and it runs no user code on any thread: keys are looked up by
/// <see cref="AcquireRequest"/>, <see cref="ReturnRequest"/> and <see cref="KeyLookup"/>.
/// </remarks>
internal sealed class ManagerDispatcher : MessageDispatcher
{
    /// <summary>Where <c>reference.conf</c> names this type.</summary>
    public const string Path = "akka.actor.actor-pool-dispatcher";

    // What this thread sends at present, and may handle itself.
    [ThreadStatic]
    private static object? _own;

    private ManagerDispatcher(MessageDispatcherConfigurator configurator, int throughput)
        : base(configurator)
    {
        Id = Path;
        Throughput = throughput;
    }

    /// <summary>Tells a manager, and handles the message here if the manager has nothing else to do.</summary>
    public static void Tell(IActorRef manager, object message)
    {
        _own = message;
        try
        {
            manager.Tell(message, ActorRefs.NoSender);
        }
        finally
        {
            _own = null;
        }
    }

    protected override void ExecuteTask(IRunnable run)
    {
        // The thread that comes here has the next turn of this mailbox to itself.
        if (_own is { } own)
        {
            // Once: what is left over afterwards is not this caller's.
            _own = null;
            if (run is Mailbox { MessageQueue: PoolMailbox.Queue queue } && queue.TryLimitTurnTo(own))
            {
                run.Run();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
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

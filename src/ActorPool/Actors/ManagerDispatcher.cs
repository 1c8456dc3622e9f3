using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorPool.Actors;

/// <summary>
/// Runs the manager and the connection actors: on the thread pool, except that a caller's thread may run the manager for its own message.
/// That happens when the manager is idle and the message is the first in its mailbox. So an uncontended borrow wakes no other thread.
/// </summary>
/// <remarks>
/// The manager stays an actor with its mailbox, one message at a time in the order of arrival. On a caller's thread, which may hold locks,
/// it handles that caller's message only. It never compares a user's key: keys are looked up by
/// <see cref="AcquireRequest"/>, <see cref="ReturnRequest"/> and <see cref="KeyLookup"/>.
/// </remarks>
internal sealed class ManagerDispatcher : MessageDispatcher
{
    /// <summary>Where <c>reference.conf</c> names this type.</summary>
    public const string Path = "akka.actor.actor-pool-dispatcher";

    // The message that this thread is sending, and may handle itself.
    [ThreadStatic]
    private static object? _own;

    // A connection actor with a batch to run, which this thread runs when its turn with the manager is over.
    [ThreadStatic]
    private static Turn _turn;

    private static readonly ExecutionContext NoContext = FindNoContext();

    private ManagerDispatcher(MessageDispatcherConfigurator configurator, int throughput)
        : base(configurator)
    {
        Id = Path;
        Throughput = throughput;
    }

    /// <summary>Sends a message to a manager, and handles it on this thread if the manager is idle.</summary>
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

    /// <summary>
    /// Begins a turn of this thread, in which it may run the manager. The first batch of statements that the manager orders in it is sent by this
    /// thread in <see cref="EndTurn"/>: sending is not the manager's work, and another thread would have to be woken for it.
    /// </summary>
    public static void BeginTurn() => _turn.IsOpen = true;

    // Without the context of this thread's caller: rows of other callers are read, and the next batches of the connection are run, as a consequence.
    public static void EndTurn()
    {
        var batch = _turn.Batch;
        _turn = default;
        if (batch is not null)
            ExecutionContext.Run(NoContext, static batch => ((IRunnable)batch!).Run(), batch);
    }

    /// <summary>Sends a connection actor a batch, which the thread of the present turn may run.</summary>
    public static void TellBatch(IActorRef connection, object message)
    {
        _turn.IsBatch = _turn is { IsOpen: true, Batch: null };
        try
        {
            connection.Tell(message, ActorRefs.NoSender);
        }
        finally
        {
            _turn.IsBatch = false;
        }
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (_turn.IsBatch)
        {
            (_turn.IsBatch, _turn.Batch) = (false, run);
            return;
        }

        // The thread that comes here is the only one to run the next turn of this mailbox.
        if (_own is { } own)
        {
            // Once: messages after it are not this caller's.
            _own = null;
            if (run is Mailbox { MessageQueue: PoolMailbox.Queue queue } && queue.TryLimitTurnTo(own))
            {
                run.Run();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
    }

    // A thread that is started without a context has none to begin with.
    private static ExecutionContext FindNoContext()
    {
        ExecutionContext? none = null;
        var thread = new Thread(() => none = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return none!;
    }

    protected override void Shutdown()
    {
    }

    private struct Turn
    {
        public bool IsOpen;
        public bool IsBatch;
        public IRunnable? Batch;
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

using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace ActorPool.Tests.Actors.Support;

/// <summary>Hands every actor that has something to do to the <see cref="SteppedWorld"/>, one message at a time.</summary>
internal sealed class SteppedDispatcher : MessageDispatcher
{
    private readonly SteppedWorld _world;

    private SteppedDispatcher(MessageDispatcherConfigurator configurator, SteppedWorld world)
        : base(configurator)
    {
        _world = world;
        // A mailbox is left after each message: the time for one turn is over at once.
        Throughput = 1;
        ThroughputDeadlineTime = 0;
    }

    public override void Dispatch(ActorCell cell, Envelope envelope) => _world.Dispatch(() => base.Dispatch(cell, envelope));

    public override void SystemDispatch(ActorCell cell, SystemMessage message) => _world.Dispatch(() => base.SystemDispatch(cell, message));

    protected override void ExecuteTask(IRunnable run) => _world.Execute(run);

    protected override void Shutdown()
    {
    }

    /// <summary>Named in the configuration.</summary>
    internal sealed class ByConfiguration(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
    {
        private MessageDispatcher? _one;

        public override MessageDispatcher Dispatcher() => _one ??= new SteppedDispatcher(this, (SteppedWorld)Prerequisites.Scheduler);
    }
}

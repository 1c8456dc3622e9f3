using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace ActorPool.Tests.Actors.Support;

/// <summary>An asker in whose answer the test does something: in the manager, in the middle of its message.</summary>
internal sealed class HookRef(ActorSystem system, Action<object> answered) : MinimalActorRef
{
    private static int s_number;

    public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath() / $"hook-{Interlocked.Increment(ref s_number)}";

    public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not ISystemMessage)
            answered(message);
    }
}

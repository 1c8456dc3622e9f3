using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>An actor reference that cannot be watched.</summary>
public sealed class UnwatchableRef(ActorSystem system) : MinimalActorRef
{
    public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

    public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is Watch)
            throw new InvalidOperationException("boom");
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
    }
}

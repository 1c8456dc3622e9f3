using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A sender whose answers throw, in the middle of whatever the manager does.</summary>
public sealed class ThrowingRef(ActorSystem system) : MinimalActorRef
{
    public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

    public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not Akka.Dispatch.SysMsg.ISystemMessage)
            throw new InvalidOperationException("boom");
    }
}

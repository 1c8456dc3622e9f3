using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A sender that throws when it receives an answer, in the middle of the manager's work.</summary>
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

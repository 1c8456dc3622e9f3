using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Twins;

/// <summary>A request told by an actor, for itself or on behalf of another.</summary>
internal sealed class Told : Request
{
    public Told(TestWaiter model, IActorRef manager, TwinActor sender, TwinActor owner)
        : base(model)
    {
        Sender = sender;
        IsForAnother = sender != owner;
        manager.Tell(new GetConn(model.Key) { Timeout = model.Timeout, Owner = IsForAnother ? owner.Actor : null }, sender.Actor);
    }

    public TwinActor Sender { get; }

    public bool IsForAnother { get; }

    // An answer does not say to which request it belongs: any that fits is right.
    public override void Read()
    {
        if (Sender.Received.Find(Fits) is not { } answer)
            return;
        Sender.Received.Remove(answer);
        Answer(answer);
    }
}

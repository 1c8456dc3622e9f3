using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>A request that an actor sends, for itself or on behalf of another actor.</summary>
internal sealed class Told : Request
{
    public Told(TestWaiter model, IActorRef manager, ModelledActor sender, ModelledActor owner)
        : base(model)
    {
        Sender = sender;
        IsForAnother = sender != owner;
        manager.Tell(new GetConn(model.Key) { Timeout = model.Timeout, Owner = IsForAnother ? owner.Actor : null, Exclusive = model.Alone }, sender.Actor);
    }

    public ModelledActor Sender { get; }

    public bool IsForAnother { get; }

    // An answer does not name its request: any answer that fits is right.
    public override void Read()
    {
        if (Sender.Received.Find(Fits) is not { } answer)
            return;
        Sender.Received.Remove(answer);
        Answer(answer);
    }
}

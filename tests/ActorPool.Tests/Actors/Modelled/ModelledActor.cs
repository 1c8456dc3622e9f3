using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>A borrowing actor, with its borrower in the model.</summary>
internal sealed class ModelledActor
{
    private readonly List<object> _inbox = [];

    public ModelledActor(ActorSystem system, string name)
    {
        Model = new TestBorrower(name);
        Actor = system.ActorOf(Recorder.Props(_inbox));
    }

    public TestBorrower Model { get; }

    public IActorRef Actor { get; }

    /// <summary>Received messages that no request has claimed yet.</summary>
    public List<object> Received { get; } = [];

    public void ReadInbox()
    {
        Received.AddRange(_inbox.Select(message => message is Status.Failure failure ? failure.Cause : message));
        _inbox.Clear();
    }
}

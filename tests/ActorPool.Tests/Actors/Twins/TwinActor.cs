using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Twins;

/// <summary>An actor that borrows, with its twin in the model.</summary>
internal sealed class TwinActor
{
    private readonly List<object> _inbox = [];

    public TwinActor(ActorSystem system, string name)
    {
        Model = new TestBorrower(name);
        Actor = system.ActorOf(Recorder.Props(_inbox));
    }

    public TestBorrower Model { get; }

    public IActorRef Actor { get; }

    /// <summary>What it was told and nobody has accounted for.</summary>
    public List<object> Received { get; } = [];

    public void ReadInbox()
    {
        Received.AddRange(_inbox.Select(message => message is Status.Failure failure ? failure.Cause : message));
        _inbox.Clear();
    }
}

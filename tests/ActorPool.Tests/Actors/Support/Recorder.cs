using Akka.Actor;

namespace ActorPool.Tests.Actors.Support;

/// <summary>An actor that keeps what it is told.</summary>
internal sealed class Recorder(List<object> received) : UntypedActor
{
    public static Props Props(List<object> received) => Akka.Actor.Props.Create(() => new Recorder(received));

    protected override void OnReceive(object message) => received.Add(message);
}

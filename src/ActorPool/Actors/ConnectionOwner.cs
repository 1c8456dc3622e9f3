using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The actor that owns the connection of a slot. It outlives a pool manager that crashes, as the actor does.</summary>
internal sealed class ConnectionOwner
{
    public IActorRef? Actor { get; set; }

    /// <summary>Which actor of this connection it is. A connection whose actor has stopped gets another one, which closes it.</summary>
    public int Generation { get; set; }

    public bool HasStopped { get; set; }
}

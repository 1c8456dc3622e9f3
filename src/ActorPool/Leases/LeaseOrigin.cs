using Akka.Actor;

namespace ActorPool;

/// <summary>Who borrowed: a place in the source, or an actor. Holds nothing that would keep a lease alive.</summary>
internal readonly record struct LeaseOrigin(string? File, int Line, ActorPath? Actor = null)
{
    public override string ToString() => Actor?.ToString() ?? (File is null ? "an unknown caller" : $"{File}:{Line}");
}

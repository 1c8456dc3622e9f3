using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="Pause"/>: the pool is paused.</summary>
public sealed record Paused : INoSerializationVerificationNeeded
{
    internal static readonly Paused Instance = new();
}

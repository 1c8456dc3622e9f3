using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="Drain"/>: every connection is being replaced.</summary>
public sealed record Drained : INoSerializationVerificationNeeded
{
    internal static readonly Drained Instance = new();
}

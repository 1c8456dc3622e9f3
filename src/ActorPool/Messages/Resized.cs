using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="Resize"/>: the limits are changed.</summary>
public sealed record Resized : INoSerializationVerificationNeeded
{
    internal static readonly Resized Instance = new();
}

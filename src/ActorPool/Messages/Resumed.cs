using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="Resume"/>: the pool lends again.</summary>
public sealed record Resumed : INoSerializationVerificationNeeded
{
    internal static readonly Resumed Instance = new();
}

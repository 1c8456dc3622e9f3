using Akka.Actor;

namespace ActorPool;

/// <summary>Ends a <see cref="Pause"/>: those who wait are served in their order.</summary>
public sealed record Resume : INoSerializationVerificationNeeded;

using Akka.Actor;

namespace ActorPool;

/// <summary>Asks the <see cref="PoolManager"/> for its <see cref="PoolStatistics"/>.</summary>
public sealed record GetStatistics : INoSerializationVerificationNeeded;

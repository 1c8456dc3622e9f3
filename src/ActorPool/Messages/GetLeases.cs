using Akka.Actor;

namespace ActorPool;

/// <summary>Asks for what is lent at present, as an array of <see cref="PoolLease"/>, the longest held first.</summary>
public sealed record GetLeases : INoSerializationVerificationNeeded;

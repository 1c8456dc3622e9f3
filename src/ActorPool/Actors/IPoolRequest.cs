using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A message that is its own promise: it must be answered, and can be answered by whoever finds it.</summary>
internal interface IPoolRequest : INoSerializationVerificationNeeded
{
    /// <summary>Refuses it. Nothing happens when it was answered before.</summary>
    void Fail(PoolFailure failure);
}

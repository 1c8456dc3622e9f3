using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A message that carries its own answer, so that any finder of it can refuse it: the mailbox of a manager that has ended, or the sender.</summary>
internal interface IPoolRequest : INoSerializationVerificationNeeded
{
    /// <summary>Refuses it. Without effect when it was answered before.</summary>
    void Fail(PoolFailure failure);
}

/// <summary>A command of the facade: it ends without a value.</summary>
internal interface IPoolPromise : IPoolRequest
{
    void Complete();
}

/// <summary>A message whose effect must show in the statistics that its sender reads next, although no one waits for an answer.</summary>
internal interface INote : INoSerializationVerificationNeeded;

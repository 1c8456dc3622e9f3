using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A message with a promise inside: it can be refused where it is found, also in the mailbox of a manager that has ended.</summary>
internal interface IPoolRequest : INoSerializationVerificationNeeded
{
    /// <summary>Refuses it. Has no effect on a request that was answered before.</summary>
    void Fail(PoolFailure failure);
}

/// <summary>A command of the facade: it ends without a value.</summary>
internal interface IPoolPromise : IPoolRequest
{
    void Complete();
}

/// <summary>A message without an answer, whose effect must nevertheless show in the statistics that its sender reads next.</summary>
internal interface INote : INoSerializationVerificationNeeded;

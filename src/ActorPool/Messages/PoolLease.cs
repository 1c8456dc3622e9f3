using Akka.Actor;

namespace ActorPool;

/// <summary>One lease that is out.</summary>
/// <param name="Key">The user's key; null when it was borrowed without one.</param>
/// <param name="Borrower">Its borrower: the place in the source for the facade, else the path of the actor or of the Ask.</param>
/// <param name="Held">How long it has been out.</param>
/// <param name="ProcessId">The backend, as <c>pg_stat_activity.pid</c>.</param>
public sealed record PoolLease(object? Key, string Borrower, TimeSpan Held, int ProcessId) : INoSerializationVerificationNeeded;

using Akka.Actor;

namespace ActorPool;

/// <summary>One connection that is lent at present.</summary>
/// <param name="Key">The user's key; null when it was borrowed without one.</param>
/// <param name="Borrower">Who has it: the place in the source for the facade, else the path of the actor or of the Ask.</param>
/// <param name="Held">For how long.</param>
/// <param name="ProcessId">Its backend, as <c>pg_stat_activity.pid</c>.</param>
public sealed record PoolLease(object? Key, string Borrower, TimeSpan Held, int ProcessId) : INoSerializationVerificationNeeded;

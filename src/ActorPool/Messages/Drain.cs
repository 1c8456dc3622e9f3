using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Replaces every connection, idle ones at once and borrowed ones when they come back: <see cref="Drained"/> when that is decided.
/// After a change of roles, certificates or addresses; psycopg_pool's <c>drain</c>.
/// </summary>
public sealed record Drain : INoSerializationVerificationNeeded;

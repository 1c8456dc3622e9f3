using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Closes every connection that the pool has, those in use included; psycopg2's <c>closeall</c>. The answer to the sender is
/// <see cref="AllClosed"/> when all are gone; from the second time on a <see cref="Status.Failure"/> of kind <see cref="PoolErrorKind.Closed"/>.
/// </summary>
public sealed record CloseAll : INoSerializationVerificationNeeded;

using ActorPool.Leases;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The garbage collector found a lease without a return.</summary>
internal sealed record LeaseForgotten(ForgottenLease Lease) : INote;

/// <summary>A reader has closed the connection of a lease.</summary>
internal sealed record LeaseClosedByReader(ReaderClosedLease Lease) : INote;

/// <summary>A forgotten lease may have ended its last work by now.</summary>
internal sealed record RecheckForgotten(ForgottenLease Lease) : INoSerializationVerificationNeeded;

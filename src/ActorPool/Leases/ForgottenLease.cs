using ActorPool.Core;

namespace ActorPool;

/// <summary>What is left of a lease whose object nobody has any more.</summary>
/// <param name="Slot">Where its connection stands.</param>
/// <param name="Lease">The number of the lease there.</param>
/// <param name="Handle">Which object of that lease it was: there is a second one when somebody joined after the first was collected.</param>
internal sealed record ForgottenLease(Slot Slot, long Lease, int Handle);

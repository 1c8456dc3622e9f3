using ActorPool.Core;

namespace ActorPool;

/// <summary>What is left of a lease whose object nobody has any more.</summary>
/// <param name="Slot">Where its connection stands.</param>
/// <param name="Lease">The number of the lease there.</param>
/// <param name="Handle">Which object of that lease it was: there is a second one when somebody joined after the first was collected.</param>
internal sealed record ForgottenLease(Slot Slot, long Lease, int Handle)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private TimeSpan? _until;

    /// <summary>Until when what still runs on the connection may come to its end by itself, counted from the first look.</summary>
    public TimeSpan LooksUntil(TimeSpan now) => _until ??= now + Grace;
}

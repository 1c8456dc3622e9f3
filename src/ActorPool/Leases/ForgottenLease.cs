using ActorPool.Core.Model;
using Akka.Actor;

namespace ActorPool.Leases;

/// <summary>What is left of a lease whose object nobody has any more.</summary>
/// <param name="Slot">Where its connection stands.</param>
/// <param name="LeaseId">The number of the lease there.</param>
/// <param name="Handle">Which object of that lease it was: there is a second one when somebody joined after the first was collected.</param>
internal sealed record ForgottenLease(Slot Slot, long LeaseId, int Handle) : INoSerializationVerificationNeeded
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private TimeSpan? _until;
    private long _progress;

    /// <summary>
    /// Whether what still runs on the connection may go on: a reader or a COPY as long as it makes progress, anything else for a while.
    /// </summary>
    /// <param name="progress">What the connection shows as its progress.</param>
    /// <param name="now">The present time.</param>
    public bool MayGoOn(long progress, TimeSpan now)
    {
        if (_until is null || progress != _progress)
            (_until, _progress) = (now + Grace, progress);
        return now < _until;
    }
}

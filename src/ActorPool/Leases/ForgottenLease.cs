namespace ActorPool.Leases;

/// <summary>A lease whose object was garbage-collected without a return.</summary>
/// <param name="Place">The slot of its connection.</param>
/// <param name="LeaseId">The number of the lease there.</param>
/// <param name="Handle">Which object of that lease it was.</param>
internal sealed record ForgottenLease(ConnectionSlot Place, long LeaseId, int Handle)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private TimeSpan? _until;
    private long _progress;

    /// <summary>
    /// Whether the work that still runs on the connection may continue: a reader or a COPY as long as it makes progress, any other command for
    /// a few seconds.
    /// </summary>
    public bool MayGoOn(TimeSpan now)
    {
        var connection = Place.Connection!;
        if (!connection.IsBusy)
            return false;
        if (_until is null || connection.Progress != _progress)
            (_until, _progress) = (now + Grace, connection.Progress);
        return now < _until;
    }
}

namespace ActorPool.Leases;

/// <summary>The end of a reader that was opened with <c>CommandBehavior.CloseConnection</c>: it returns the lease.</summary>
/// <remarks>
/// The driver keeps the reader, and with it this object, so the lease is held weakly here: a forgotten one can be garbage-collected. Its reader
/// may then still be in use, and its end is reported without the lease.
/// </remarks>
internal sealed class ReaderEnd
{
    private readonly WeakReference<PooledConnection> _lease;
    private readonly ILeaseHome _home;
    private readonly ReaderClosedLease _closed;

    private ReaderEnd(PooledConnection lease)
    {
        _lease = new WeakReference<PooledConnection>(lease);
        _home = lease.Home;
        _closed = new ReaderClosedLease(lease.Place, lease.Place.Incarnation, lease.LeaseId);
    }

    /// <summary>What happens when a reader of this lease closes.</summary>
    public static Action Of(PooledConnection lease) => new ReaderEnd(lease).Closed;

    private void Closed()
    {
        if (_lease.TryGetTarget(out var lease))
            lease.CloseByReader();
        else
            _home.ClosedByReader(_closed);
    }
}

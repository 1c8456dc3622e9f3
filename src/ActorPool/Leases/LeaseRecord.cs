using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;

namespace ActorPool.Leases;

/// <summary>What stands in a slot: the connection and the lease that is out.</summary>
internal class LeaseRecord(Slot slot)
{
    // The borrower's object is held weakly: when nobody else has it, the lease was forgotten.
    private readonly WeakReference<PooledConnection?> _lease = new(null);
    private bool _isLent;

    public Slot Slot { get; } = slot;

    public IPhysicalConnection? Connection { get; set; }

    /// <summary>The object of the lease that is out; null when none is, or when nobody has it any more.</summary>
    public PooledConnection? Lease => _isLent && _lease.TryGetTarget(out var lease) ? lease : null;

    /// <summary>Which object it is; rises with each.</summary>
    public int Handle { get; private set; }

    /// <summary>Who has the lease.</summary>
    public LeaseOrigin Origin { get; private set; }

    /// <summary>Makes the object of the slot's present lease.</summary>
    public PooledConnection Lend(ILeaseHome home, object? key, LeaseOrigin origin)
    {
        Connection!.Lend();
        var lease = new PooledConnection(home, Connection.Npgsql, Slot, key, ++Handle);
        _lease.SetTarget(lease);
        _isLent = true;
        Origin = origin;
        return lease;
    }

    /// <summary>Whether this is the object of the lease that is out. An older one of the same lease was collected, and may have been brought back to life.</summary>
    public bool IsOut(PooledConnection lease) => IsOut(lease.Slot, lease.LeaseId, lease.Handle);

    /// <summary>Whether this is what is left of the lease that is out.</summary>
    public bool IsOut(ForgottenLease forgotten) => IsOut(forgotten.Slot, forgotten.LeaseId, forgotten.Handle);

    private bool IsOut(Slot slot, long lease, int handle) =>
        ReferenceEquals(slot, Slot) && slot.State == SlotState.InUse && slot.LeaseId == lease && Handle == handle;

    /// <summary>The lease is over.</summary>
    public void TakeBack() => _isLent = false;
}

using System.Data.Common;
using ActorPool.AdoNet;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;

namespace ActorPool.Leases;

/// <summary>The shell's part of a core <see cref="Core.Model.Slot"/>: the physical connection in it, and the object of its lease.</summary>
/// <remarks>Written by one shell alone. It outlives a pool manager that crashes; the next one builds its state from it.</remarks>
internal sealed class ConnectionSlot(ILeaseHome home, Slot slot)
{
    // Held weakly: when the borrower drops the object, its finalizer reports the lease as forgotten.
    private readonly WeakReference<PooledConnection?> _lease = new(null);
    private bool _isLent;

    public ILeaseHome Home { get; } = home;

    public Slot Slot { get; } = slot;

    public IPhysicalConnection? Connection { get; private set; }

    /// <summary>Which connection of the slot <see cref="Connection"/> is.</summary>
    public int Incarnation { get; private set; }

    /// <summary>The object of the lease that is out; null when none is, or when it was garbage-collected.</summary>
    public PooledConnection? Lease => _isLent && _lease.TryGetTarget(out var lease) ? lease : null;

    /// <summary>The number of the latest lease object; it rises with each.</summary>
    public int Handle { get; private set; }

    /// <summary>Where the lease was borrowed.</summary>
    public LeaseOrigin Origin { get; private set; }

    /// <summary>How many requests received the present lease.</summary>
    public int Holders { get; set; }

    /// <summary>The transaction that was begun last in the present lease, or in the last one.</summary>
    public BegunTransaction? Transaction { get; private set; }

    /// <summary>How long the present lease has been out.</summary>
    public TimeSpan HeldFor(TimeSpan now) => now - Slot.LentAt;

    /// <summary>The slot has another connection from now on.</summary>
    public void Replace(IPhysicalConnection connection)
    {
        Connection = connection;
        Incarnation = Slot.Incarnation;
    }

    /// <summary>The object of a new lease.</summary>
    public PooledConnection Lend(object? key, in LeaseOrigin origin)
    {
        Holders = 1;
        return NewLease(key, origin);
    }

    /// <summary>The object of the present lease, for another request of its key. A new one if the first was just garbage-collected.</summary>
    public PooledConnection Join(object? key, in LeaseOrigin origin)
    {
        Holders++;
        return Lease ?? NewLease(key, origin);
    }

    /// <summary>The borrower has begun a transaction in this session, so an earlier one has ended.</summary>
    public BegunTransaction Begun(DbTransaction driver)
    {
        Transaction?.End();
        return Transaction = new BegunTransaction(driver);
    }

    private LeaseAsNpgsql.NpgsqlConnection NewLease(object? key, in LeaseOrigin origin)
    {
        Connection!.Lend();
        var lease = new LeaseAsNpgsql.NpgsqlConnection(this, Connection.Driver, key, Slot.Lease is { IsNewSession: true }, ++Handle);
        _lease.SetTarget(lease);
        _isLent = true;
        Origin = origin;
        return lease;
    }

    /// <summary>
    /// Whether this object is that of the present lease. A lease gets a second object when a request joins after the first was collected.
    /// If the first object is resurrected, it must not end the lease.
    /// </summary>
    public bool IsOut(long leaseId, int handle) => Slot.State == SlotState.InUse && Slot.LeaseId == leaseId && Handle == handle;

    /// <summary>The lease is over.</summary>
    public void TakeBack() => _isLent = false;
}

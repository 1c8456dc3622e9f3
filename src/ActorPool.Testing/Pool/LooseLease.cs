using System.Data.Common;
using ActorPool.Core.Model;
using ActorPool.Leases;
using ActorPool.Testing.Connections;

namespace ActorPool.Testing.Pool;

/// <summary>The home of one lease that no pool has lent.</summary>
internal sealed class LooseLease : ILeaseHome
{
    private readonly Action<PooledConnection>? _returned;
    private readonly TestPhysicalConnection _connection;
    private readonly ConnectionSlot _place;

    public LooseLease(DbConnection connection, Action<PooledConnection>? returned)
    {
        _returned = returned;
        _place = new ConnectionSlot(this, new Slot(0) { State = SlotState.InUse, LeaseId = 1 });
        _connection = new TestPhysicalConnection(new OpenedConnections(() => connection)) { Place = _place };
        _connection.OpenAsync();
        _place.Replace(_connection);
        Driver = new TestDriver(connection, _ => _place.Transaction?.Pending);
    }

    public PoolSettings Settings { get; } = new("", 0, 1) { Name = "TestLease" };

    public DbProviderFactory Driver { get; }

    public string ConnectionString => _connection.Driver.ConnectionString ?? "";

    public string Server => "no pool";

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    public PooledConnection Lend(object? key, bool isNewSession) => new LeaseAsNpgsql.NpgsqlConnection(_place, _connection.Driver, key, isNewSession, handle: 1);

    void ILeaseHome.Returned(PooledConnection lease)
    {
        try
        {
            _connection.AbortAsync();
        }
        finally
        {
            _returned?.Invoke(lease);
        }
    }

    // The test dropped it, on the finalizer's thread.
    void ILeaseHome.Forgotten(ForgottenLease lease)
    {
    }

    // Its reader outlived the lease, which was dropped.
    void ILeaseHome.ClosedByReader(ReaderClosedLease lease)
    {
    }
}

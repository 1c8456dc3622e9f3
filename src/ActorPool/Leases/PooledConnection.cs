using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ActorPool.AdoNet;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Leases;
using Akka.Actor;
using Npgsql;

namespace ActorPool;

/// <summary>
/// One lease of a connection: a <see cref="DbConnection"/> that is open from the start and goes back to its pool when it is
/// disposed or closed. Dapper and any ADO.NET code work on it.
/// </summary>
/// <remarks>
/// Once returned, or ended by the pool, every member throws a <see cref="PoolException"/> of kind
/// <see cref="PoolErrorKind.NotCheckedOut"/> that says why. <see cref="State"/> is closed, and disposing it again has no effect.
/// Its commands, batches and transactions are thin classes around the driver's: they belong to this lease, and throw the same error after it.
/// Parameters and readers are the driver's own.
/// </remarks>
[SuppressMessage("Design", "CA2213", Justification = "The driver's connection is the pool's.")]
public partial class PooledConnection : DbConnection, IPooledDbConnection, ILentConnection, INoSerializationVerificationNeeded
{
    private readonly DbConnection _driver;
    private readonly object? _key;
    private readonly bool _isNewSession;
    private static readonly StateChangeEventArgs OpenToClosed = new(ConnectionState.Open, ConnectionState.Closed);

    private int _end;

    // LeaseAsNpgsql alone derives from it.
    private protected PooledConnection(ConnectionSlot place, DbConnection driver, object? key, bool isNewSession, int handle)
    {
        var slot = place.Slot;
        _driver = driver;
        _key = key;
        _isNewSession = isNewSession;
        Place = place;
        LeaseId = slot.LeaseId;
        LentAt = slot.LentAt;
        Handle = handle;
    }

    /// <summary>The driver's open connection, for features of Npgsql alone (COPY, LISTEN, large objects).</summary>
    /// <remarks>
    /// It belongs to the pool: do not keep it beyond the return. If you close it, the pool discards it on return.
    /// </remarks>
    /// <exception cref="NotSupportedException">It is a lease for tests, over a connection of another driver.</exception>
    public NpgsqlConnection Npgsql
    {
        get
        {
            DriverWasUsed = true;
            return Live() as NpgsqlConnection
                ?? throw new NotSupportedException($"This lease is over a {_driver.GetType()}, which has no features of Npgsql. Test what needs them with a real server.");
        }
    }

    /// <summary>The key it was borrowed with; null when none was given.</summary>
    public object? Key
    {
        get
        {
            Live();
            return _key;
        }
    }

    /// <summary>
    /// The session has no state of this key: it was just opened, or was reset. If true, set up a role, a search path or temp tables.
    /// Without a key: the session was not used since it was opened or reset. Borrowers that share a lease see the same value.
    /// </summary>
    public bool IsNewSession
    {
        get
        {
            Live();
            return _isNewSession;
        }
    }

    /// <summary>Open while the lease lasts and the driver's connection works; else closed. Never throws.</summary>
    public override ConnectionState State => IsOver ? ConnectionState.Closed : _driver.State;

    /// <summary>
    /// Raised once, when the lease ends: from open to closed. It runs on the borrower's thread when that disposes or closes the lease. When
    /// the lease is put or the pool ends it, it runs on the thread pool, and exceptions of a handler are dropped.
    /// </summary>
    public override event StateChangeEventHandler? StateChange;

    /// <summary>The slot of its connection.</summary>
    internal ConnectionSlot Place { get; }

    /// <summary>Which lease of its slot it is; an end of another one is stale.</summary>
    internal long LeaseId { get; }

    /// <summary>Which object of that lease it is.</summary>
    internal int Handle { get; }

    internal TimeSpan LentAt { get; }

    internal bool DriverWasUsed { get; private set; }

    internal ILeaseHome Home => Place.Home;

    /// <summary>False for a lease of a test over another driver.</summary>
    internal bool IsOfNpgsql => _driver is NpgsqlConnection;

    internal object? LentKey => _key;

    /// <summary>Why it is over; <see cref="LeaseEnd.None"/> while it is not.</summary>
    internal LeaseEnd End => (LeaseEnd)Volatile.Read(ref _end);

    /// <summary>
    /// Whether a return under this key may end the lease. Null: the key's <c>Equals</c> with <see cref="LentKey"/> decides, which is user code.
    /// </summary>
    internal static bool? FitsKey(PooledConnection? lease, ILeaseHome home, object? key)
    {
        if (key is null)
            return true;
        if (lease is not { IsOver: false, LentKey: { } lent } || !ReferenceEquals(lease.Home, home))
            return false;
        if (ReferenceEquals(key, lent))
            return true;
        return PlainKey.Is(key) ? key.Equals(lent) : null;
    }

    internal bool IsOver => Volatile.Read(ref _end) != (int)LeaseEnd.None;

    /// <summary>The pool, the key, and where it was borrowed or why it is over; for people. Never throws unless the key does.</summary>
    public override string ToString()
    {
        var key = _key is null ? "" : $", key {_key}";
        var origin = Place.Slot.LeaseId == LeaseId || End == LeaseEnd.PoolClosed ? $", borrowed by {Place.Origin}" : "";
        return $"lease of pool '{Home.Settings.Name}'{key}{origin}{(IsOver ? $", over: {LeaseEnds.Why(End)}" : "")}";
    }

    /// <summary>Returns the connection to its pool. Calling it again has no effect.</summary>
    public override void Close() => GiveBack(LeaseEnd.Returned);

    /// <inheritdoc cref="Close"/>
    public override Task CloseAsync()
    {
        GiveBack(LeaseEnd.Returned);
        return Task.CompletedTask;
    }

    /// <inheritdoc cref="Close"/>
    [SuppressMessage("Usage", "CA1816", Justification = "The end of the lease does it.")]
    [SuppressMessage("Usage", "CA2215", Justification = "It takes a lock for a designer event, which would slow down every return.")]
    public override ValueTask DisposeAsync()
    {
        GiveBack(LeaseEnd.Returned);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="Close"/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            GiveBack(LeaseEnd.Returned);
        else if (!IsOver)
            Home.Forgotten(new ForgottenLease(Place, LeaseId, Handle));
        base.Dispose(disposing);
    }

    /// <summary>Ends the lease. False when it was already over.</summary>
    internal bool TryEnd(LeaseEnd end)
    {
        if (!TryBecome(end))
            return false;
        // A handler is user code: never on the manager's thread.
        if (StateChange is not null)
            ThreadPool.QueueUserWorkItem(static lease => lease.RaiseQuietly(), this, preferLocal: false);
        return true;
    }

    /// <summary>Its last reader was opened with <c>CommandBehavior.CloseConnection</c> and has closed, on the borrower's thread.</summary>
    internal void CloseByReader() => GiveBack(LeaseEnd.ReaderClosed);

    private void GiveBack(LeaseEnd end)
    {
        if (!TryBecome(end))
            return;
        Home.Returned(this);
        // After the return, which must not depend on a handler.
        StateChange?.Invoke(this, OpenToClosed);
    }

    /// <summary>Only the first end of a lease counts, the borrower's or the pool's.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "The finalizer is for leases that are never returned.")]
    private bool TryBecome(LeaseEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, (int)end, (int)LeaseEnd.None) != (int)LeaseEnd.None)
            return false;
        GC.SuppressFinalize(this);
        return true;
    }

    // An exception would end the process.
    private void RaiseQuietly()
    {
        try
        {
            StateChange?.Invoke(this, OpenToClosed);
        }
        catch (Exception)
        {
            // There is no caller to receive the handler's exception.
        }
    }

    private DbConnection Live() => IsOver ? throw Over() : _driver;

    private PoolException Over() => LeaseEnds.Error(Home.Settings.Name, End);

    private PoolException Lost() => LeaseEnds.SessionLost(Home.Settings.Name);
}

using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ActorPool.AdoNet;

namespace ActorPool.DataSources;

/// <summary>A connection of a data source: opening it borrows a lease, closing it returns the lease, again and again.</summary>
/// <remarks>The rest of ADO.NET is in the other file of this class.</remarks>
internal abstract partial class DataSourceConnection : DbConnection, IPooledDbConnection, ILentConnection, ICloneable
{
    private static readonly StateChangeEventArgs ClosedToOpen = new(ConnectionState.Closed, ConnectionState.Open);

    private readonly PooledDataSource _source;
    private PooledConnection? _lease;
    private PooledConnection? _heard;
    private DbDataReader? _reader;
    private StateChangeEventHandler? _stateChange;
    private bool _isOpening;
    private bool _isDisposed;
    private int _closes;

    [SuppressMessage("Usage", "CA1816", Justification = "A forgotten connection is reported by its lease, which has a finalizer.")]
    protected DataSourceConnection(PooledDataSource source)
    {
        _source = source;
        GC.SuppressFinalize(this);
    }

    /// <summary>Raised when the connection opens and closes. If the pool ends the lease by force, it is raised on the thread pool.</summary>
    public override event StateChangeEventHandler? StateChange
    {
        add
        {
            _stateChange += value;
            HearTheEnd();
        }

        remove => _stateChange -= value;
    }

    public override ConnectionState State => _isOpening ? ConnectionState.Connecting : _lease?.State ?? ConnectionState.Closed;

    public PooledConnection Lease
    {
        get
        {
            var lease = _lease ?? throw Closed();
            ((ILentConnection)lease).Use();
            return lease;
        }
    }

    bool ILentConnection.IsLent => _lease is ILentConnection { IsLent: true };

    public override void Open()
    {
        var closes = BeginOpen();
        PooledConnection lease;
        try
        {
            var borrow = _source.BorrowAsync(CancellationToken.None);
            lease = borrow.IsCompletedSuccessfully ? borrow.Result : borrow.AsTask().GetAwaiter().GetResult();
        }
        catch
        {
            _isOpening = false;
            throw;
        }

        Opened(lease, closes);
    }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        var closes = BeginOpen();
        PooledConnection lease;
        try
        {
            lease = await _source.BorrowAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _isOpening = false;
            throw;
        }

        Opened(lease, closes);
    }

    public override void Close()
    {
        if (End() is not { } lease)
            return;
        try
        {
            if (OpenReader(lease) is { } reader)
                reader.Close();
        }
        catch (Exception)
        {
            // The borrower has no use for the remaining results. The return checks the state of the connection.
        }
        finally
        {
            Return(lease);
        }
    }

    public override async Task CloseAsync()
    {
        if (End() is not { } lease)
            return;
        try
        {
            if (OpenReader(lease) is { } reader)
                await reader.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // As above.
        }
        finally
        {
            Return(lease);
        }
    }

    [SuppressMessage("Usage", "CA1816", Justification = "Its finalizer never runs.")]
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    DbConnection ILentConnection.Use() => _lease is ILentConnection lease ? lease.Use() : throw Closed();

    void ILentConnection.Failed(Exception error) => (_lease as ILentConnection)?.Failed(error);

    DbDataReader ILentConnection.Opened(DbDataReader reader, bool closesConnection) =>
        _reader = ((ILentConnection)Lease).Opened(reader, closesConnection);

    object ICloneable.Clone() => _source.CreateConnection();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
            _isDisposed = true;
        }

        base.Dispose(disposing);
    }

    private int BeginOpen()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(DbConnection));
        // The lease ended by force, or its session was lost. Close raises StateChange, and a handler may open the connection itself.
        if (_lease is { State: ConnectionState.Closed })
            Close();
        if (Interlocked.Exchange(ref _isOpening, true))
            throw new InvalidOperationException("The connection is being opened already.");
        if (_lease is null)
            return _closes;
        _isOpening = false;
        throw new InvalidOperationException("The connection is already open.");
    }

    private void Opened(PooledConnection lease, int closes)
    {
        // A close by another thread finds the lease, or is found here.
        Interlocked.Exchange(ref _lease, lease);
        _isOpening = false;
        if (closes != _closes)
        {
            Interlocked.CompareExchange(ref _lease, null, lease);
            lease.Close();
            throw new InvalidOperationException("The connection was closed while it was being opened.");
        }

        HearTheEnd();
        _stateChange?.Invoke(this, ClosedToOpen);
    }

    // Once for each lease, and only when there is a handler.
    private void HearTheEnd()
    {
        if (_stateChange is null || _lease is null || ReferenceEquals(_lease, _heard))
            return;
        _heard = _lease;
        _lease.StateChange += LeaseEnded;
    }

    /// <summary>From now on the connection is closed. Returns the lease that it had.</summary>
    private PooledConnection? End()
    {
        Interlocked.Increment(ref _closes);
        _heard = null;
        return Interlocked.Exchange(ref _lease, null);
    }

    /// <summary>The reader that the borrower left open, as the driver's own pool closes it. One of a lease that is over is cut off already.</summary>
    private DbDataReader? OpenReader(PooledConnection lease)
    {
        var reader = _reader;
        _reader = null;
        return reader is { IsClosed: false } && lease is ILentConnection { IsLent: true } ? reader : null;
    }

    private static void Return(PooledConnection lease) => lease.Close();

    private void LeaseEnded(object sender, StateChangeEventArgs change) => _stateChange?.Invoke(this, change);

    private PoolException Closed() => new(
        PoolErrorKind.NotCheckedOut,
        $"Pool '{_source.Pool.Statistics.Name}': this connection of a PooledDataSource is closed, so it has no session for commands. Open it first; commands made before work again then.");
}

using System.Data;
using System.Data.Common;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Leases;

namespace ActorPool.Testing.Connections;

/// <summary>A connection of the test's own, in the place of one to a server. Everything is done at once, on the caller's thread.</summary>
internal sealed class TestPhysicalConnection(OpenedConnections opened) : IPhysicalConnection
{
    private DbConnection? _connection;
    private bool _isEnded;

    public DbConnection Driver => _connection!;

    public bool IsOpen => _connection is not null && !_isEnded;

    /// <summary>The test has closed it, to show what happens when a session is lost.</summary>
    private bool IsLost => Driver.State is ConnectionState.Closed or ConnectionState.Broken;

    /// <summary>Its slot, which has the transaction that a borrower left open.</summary>
    public ConnectionSlot? Place { get; set; }

    public bool IsBusy => false;

    public long Progress => 0;

    public Action? ClosedByReader { get; set; }

    /// <summary>There is no server process.</summary>
    public int ProcessId => 0;

    public Task OpenAsync()
    {
        _connection = opened.Open();
        return Task.CompletedTask;
    }

    /// <summary>A rollback is real. The other kinds of work are statements of PostgreSQL, or hooks of real pools.</summary>
    public Task WorkAsync(ConnectionWork work, object? key = null)
    {
        if (IsLost)
            throw new IOException("The connection was closed while it was idle.");
        Place?.Transaction?.RollBackPending();
        return Task.CompletedTask;
    }

    public Task<ReturnCondition> RunAsync(StatementBatch batch) => throw new NotSupportedException("This pool runs statements on leases.");

    public void CancelRunning(StatementBatch batch, int index)
    {
    }

    public SocketState Probe() => IsLost ? SocketState.Readable : SocketState.Silent;

    public bool PrependReset() => false;

    public void Lend()
    {
    }

    public ReturnCondition Release(bool driverWasUsed) =>
        IsLost ? ReturnCondition.ClosedWhileLent
        : Place?.Transaction is { Pending: not null } ? ReturnCondition.InTransaction
        : ReturnCondition.Clean;

    public void EndLease(LeaseEnd end)
    {
    }

    public void Failed(Exception error)
    {
    }

    public DbDataReader WhenClosed(DbDataReader reader, Action closed) => new ReaderWithEnd(reader, closed);

    public Task CloseAsync() => AbortAsync();

    public Task AbortAsync(Action<BackendIdentity>? survived = null)
    {
        if (_isEnded || _connection is null)
            return Task.CompletedTask;
        _isEnded = true;
        try
        {
            Place?.Transaction?.RollBackPending();
        }
        finally
        {
            opened.Close(_connection);
        }

        return Task.CompletedTask;
    }

    public Task TerminateAsync(BackendIdentity backend) => Task.CompletedTask;
}

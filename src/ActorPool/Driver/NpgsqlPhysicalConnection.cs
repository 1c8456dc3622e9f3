using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Core.Model;
using ActorPool.Driver.Internals;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>One Npgsql connection, and everything that the pool does to it.</summary>
/// <remarks>In four chapters: this one has the state and the calls of the manager, which do no I/O; the others are Opening, Working and Ending.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "Ending the connection disposes its fields.")]
internal sealed partial class NpgsqlPhysicalConnection(NpgsqlConnection connection, NpgsqlSource source, PoolSettings settings) : IPhysicalConnection
{
    private ConnectionHooks _hooks = new(settings, source, connection);
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _opening;
    private FullReset _reset = null!;
    private BackendSocket? _socket;
    private LeaseStream? _stream;

    // Its borrower closed and reopened it. The new backend is looked up only when the connection is ended, since that may read files.
    private bool _wasReopened;
    private object? _connector;
    private volatile bool _isBroken;
    private long _openedAt;

    public DbConnection Driver => connection;

    public int ProcessId { get; private set; }

    public bool IsBusy
    {
        get
        {
            try
            {
                return (connection.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;
            }
            catch (Exception error) when (error is InvalidOperationException or NullReferenceException)
            {
                // The driver throws this while the borrower closes the connection at the same moment.
                return true;
            }
        }
    }

    public long Progress
    {
        get
        {
            try
            {
                return source.Internals?.ProgressOf(connection) ?? 0;
            }
            catch (NullReferenceException)
            {
                // As above: the borrower closes the connection at the same moment.
                return 0;
            }
        }
    }

    public Action? ClosedByReader { get; set; }

    public void EndLease(LeaseEnd end) => _stream?.End(() => LeaseEnds.Error(settings.Name, end));

    // Like a break: the session is discarded on return, and its siblings are tested.
    public void Failed(Exception error)
    {
        if (source.Retired.Means(error))
            _isBroken = true;
    }

    public DbDataReader WhenClosed(DbDataReader reader, Action closed)
    {
        ((NpgsqlDataReader)reader).ReaderClosed += (_, _) => closed();
        return reader;
    }

    public Task OpenAsync()
    {
        // Without the caller's context: a physical connection must not enlist in an ambient transaction.
        using (ExecutionContext.SuppressFlow())
            return _opening = Task.Run(OpenWithinAsync);
    }

    public ReturnCondition Release(bool driverWasUsed)
    {
        try
        {
            return ConditionAfter(wasLent: true, driverWasUsed);
        }
        catch (Exception)
        {
            // Any exception while the connection is inspected means: discard it.
            return ReturnCondition.Unusable;
        }
    }

    private ReturnCondition ConditionAfter(bool wasLent, bool driverWasUsed)
    {
        var state = connection.FullState;
        // The borrower closed and reopened the connection: it has another backend, in an unknown state.
        var wasReopened = state.HasFlag(ConnectionState.Open) && connection.ProcessID != ProcessId;
        _wasReopened |= wasReopened;
        if ((state & (ConnectionState.Executing | ConnectionState.Fetching)) != 0)
            EndLease(LeaseEnd.Returned);
        if (_isBroken || state == ConnectionState.Broken)
            return ReturnCondition.Broken;
        if (wasReopened || state == ConnectionState.Closed)
            return ReturnCondition.ClosedWhileLent;
        if (state != ConnectionState.Open)
            return ReturnCondition.Unusable;

        if (source.Internals is not { } internals)
            return driverWasUsed ? ReturnCondition.Unusable : ReturnCondition.InTransaction;
        if (wasLent)
            internals.Detach(connection);
        if (!internals.IsOutsideTransaction(connection) || SeemsUnwanted())
            return ReturnCondition.InTransaction;
        return internals.IsResetPending(connection) ? ReturnCondition.ResetPending : ReturnCondition.Clean;
    }

    public bool PrependReset()
    {
        try
        {
            // Configure has to run again after the reset and before the lease. And with keep-alive the driver may write at any time,
            // which would send the prepended reset alone.
            return settings.Configure is null && !source.KeepsAlive
                && connection.FullState == ConnectionState.Open && source.Internals?.PrependReset(connection, _reset) == true;
        }
        catch (Exception)
        {
            // Then the reset is a separate round trip, which shows the error.
            return false;
        }
    }

    public SocketState Probe() => _socket?.Probe() ?? SocketState.Unknown;

    public void Lend()
    {
        source.Internals?.RefreshTypes(connection);
        if (!_wasReaderShown)
            return;
        _wasReaderShown = false;
        source.Internals?.Detach(connection);
    }

    /// <summary>Notes a break when it happens: once the borrower closes the broken connection, the driver shows only that it is closed.</summary>
    private void Changed(object sender, StateChangeEventArgs change)
    {
        try
        {
            if (change.CurrentState == ConnectionState.Open)
                return;
            _isBroken |= connection.FullState == ConnectionState.Broken;
            if (!_isBroken && _connector is { } connector && source.Internals?.WasToCloseConnection(connector) == true)
                ClosedByReader?.Invoke();
        }
        catch (Exception)
        {
            // This runs inside the driver's Close, which must continue. The return finds the connection closed.
        }
    }

    private async Task OpenWithinAsync()
    {
        await OpenDriverAsync().ConfigureAwait(false);
        source.VerifyInternals(connection);
        RecordBackend();
        try
        {
            await _hooks.ConfigureAsync(_giveUp.Token).ConfigureAwait(false);
        }
        catch
        {
            await EndBackendAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Notes which backend the connection has.</summary>
    private void RecordBackend()
    {
        ProcessId = connection.ProcessID;
        _reset = FullReset.For(connection.PostgreSqlVersion);
        _connector = source.Internals?.ConnectorOf(connection);
        _openedAt = Stopwatch.GetTimestamp();
        connection.StateChange -= Changed;
        connection.StateChange += Changed;
        _socket?.Dispose();
        _socket = source.Internals?.SocketOf(connection) is { } socket ? BackendSocket.Of(socket, ProcessId) : null;
        _stream = source.Internals is null ? null : LeaseStream.Install(connection);
        if (_socket is not null)
            _socket.Draining = _stream is { } stream ? stream.Stop : null;
    }
}

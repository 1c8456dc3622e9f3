using System.Data;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>One Npgsql connection with everything that the pool does to it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the connection disposes what it has.")]
internal sealed partial class NpgsqlPhysicalConnection(NpgsqlConnection connection, NpgsqlSource source, PoolSettings settings) : IPhysicalConnection
{
    // The age guards against a number that was given to a new process meanwhile. Qualified throughout, operators as well: a role may
    // have a search_path on which something of its own comes first.
    private const string Termination = """
        SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE pid OPERATOR(pg_catalog.=) $1
          AND datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND usename OPERATOR(pg_catalog.=) session_user
          AND pg_catalog.abs(extract(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backend_start) OPERATOR(pg_catalog.-) $2) OPERATOR(pg_catalog.<) 5
        """;

    private ConnectionHooks _hooks = new(settings, source, connection);
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _opening;
    private FullReset _reset = null!;
    private BackendSocket? _socket;
    private LeaseStream? _stream;

    // Its borrower closed and opened it again. Which backend it has now is looked up when it is ended: that may read files.
    private bool _isAnother;
    private object? _connector;
    private volatile bool _isBroken;
    private long _openedAt;

    // It did not answer its test in time.
    private volatile bool _isSilent;

    public NpgsqlConnection Npgsql => connection;

    /// <summary>In seconds, of the pool's own commands: none, since they are given up; without the internals nothing else would end them.</summary>
    private int CommandTimeout => source.Internals is null ? (int)Math.Ceiling(source.Timeout.TotalSeconds) : 0;

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
                // The driver's answer while its user closes it at the same moment.
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
                // As with the state: its user closes it at the same moment.
                return 0;
            }
        }
    }

    public Action? ClosedByReader { get; set; }

    public void EndLease(LeaseEnd end) => _stream?.End(() => LeaseEnds.Error(settings.Name, end));

    public Task OpenAsync()
    {
        // Without the caller's context: a physical connection must not enlist in a transaction that is ambient at the moment.
        using (ExecutionContext.SuppressFlow())
            return _opening = Task.Run(OpenWithinAsync);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the driver says to a look at it: then the connection is not lent again.")]
    public ReturnCondition Release(bool driverWasUsed)
    {
        try
        {
            return ConditionAfter(driverWasUsed);
        }
        catch (Exception)
        {
            return ReturnCondition.Unusable;
        }
    }

    private ReturnCondition ConditionAfter(bool driverWasUsed)
    {
        var state = connection.FullState;
        // Closed and opened again by its borrower: another backend, of which nothing is known. It is ended with its own socket.
        var isAnother = state.HasFlag(ConnectionState.Open) && connection.ProcessID != ProcessId;
        _isAnother |= isAnother;
        if ((state & (ConnectionState.Executing | ConnectionState.Fetching)) != 0)
            EndLease(LeaseEnd.Returned);
        if (_isBroken || state == ConnectionState.Broken)
            return ReturnCondition.Broken;
        if (isAnother || state == ConnectionState.Closed)
            return ReturnCondition.ClosedWhileLent;
        if (state != ConnectionState.Open)
            return ReturnCondition.Unusable;

        if (source.Internals is not { } internals)
            return driverWasUsed ? ReturnCondition.Unusable : ReturnCondition.InTransaction;
        internals.Detach(connection);
        if (!internals.IsOutsideTransaction(connection) || SeemsUnwanted())
            return ReturnCondition.InTransaction;
        return internals.IsResetPending(connection) ? ReturnCondition.ResetPending : ReturnCondition.Clean;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the driver says to it: then the reset is made in the usual way, which shows what there is.")]
    public bool PrependReset()
    {
        try
        {
            // What Configure sets has to be set again after the reset, before the lease. And a driver that keeps idle connections alive
            // by itself writes at any time: what is kept back for later would get in its way.
            return settings.Configure is null && !source.KeepsAlive
                && connection.FullState == ConnectionState.Open && source.Internals?.PrependReset(connection, _reset) == true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    public SocketState Look() => _socket?.Look() ?? SocketState.Unknown;

    public async Task WorkAsync(ConnectionWork work, object? key = null)
    {
        // First of all: what else is done may take long on a sound connection, and for ever on a dead one.
        if (work.HasFlag(ConnectionWork.Validate))
            await TestAsync().ConfigureAwait(false);
        if ((work & (ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.FullReset)) != 0)
            await RollBackAsync().ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.OnReturn))
            await _hooks.RunAsync(ConnectionWork.OnReturn, null, _giveUp.Token).ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.FullReset))
        {
            await WithinTimeoutAsync(ResetAsync()).ConfigureAwait(false);
            await _hooks.ConfigureAsync(_giveUp.Token).ConfigureAwait(false);
        }

        if ((work & (ConnectionWork.Rollback | ConnectionWork.Validate)) != 0 && SeemsUnwanted())
            await WithinTimeoutAsync(EnsureWantedAsync()).ConfigureAwait(false);
        await _hooks.RunAsync(work & ~ConnectionWork.OnReturn, key, _giveUp.Token).ConfigureAwait(false);
        if (source.Internals?.IsOutsideTransaction(connection) == false)
            throw new InvalidOperationException("The connection is in a transaction after its reset.");
        // A hook need not run a command.
        if (source.Internals?.IsResetPending(connection) == true)
            await WithinTimeoutAsync(ExecuteAsync("SELECT 1")).ConfigureAwait(false);
    }

    public Task TerminateAsync(BackendIdentity backend) => WithinTimeoutAsync(TerminateOtherAsync(backend));

    public void Lend() => source.Internals?.RefreshTypes(connection);

    /// <summary>A broken connection that its borrower closes as well looks like any other that was closed: what broke it is noted when it happens.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It is raised in the middle of the driver's own closing.")]
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
            // Then it is found closed on return.
        }
    }

    private async Task OpenWithinAsync()
    {
        await OpenDriverAsync().ConfigureAwait(false);
        source.VerifyInternals(connection);
        Meet();
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

    /// <summary>Notes which backend it is.</summary>
    private void Meet()
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
            _socket.ReadingAway = _stream is { } stream ? stream.Stop : null;
    }

    /// <summary>Not asked when its end is known: many that died together would each have the driver throw through all its layers.</summary>
    private async Task TestAsync()
    {
        if (_socket?.IsGone() == true)
            throw new IOException("The server has closed the connection.");
        var (patience, setting) = settings.ValidateTimeout < source.Timeout ? (settings.ValidateTimeout, "validate-timeout") : (source.Timeout, "connect-timeout");
        try
        {
            await WithinAsync(ExecuteAsync("SELECT 1"), patience, setting).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _isSilent = true;
            throw;
        }
    }

    private Task RollBackAsync() =>
        source.Internals?.IsOutsideTransaction(connection) == true
            ? Task.CompletedTask
            : WithinTimeoutAsync(ExecuteAsync("ROLLBACK"));

    private Task WithinTimeoutAsync(Task work) => WithinAsync(work, source.Timeout, "connect-timeout");

    /// <summary>
    /// Given up after its time, not cancelled: the driver blocks a thread of the thread pool while it asks the server to cancel,
    /// and a network that swallows everything would take one for each connection. The forced end that follows asks on a thread of its own.
    /// </summary>
    private async Task WithinAsync(Task work, TimeSpan patience, string setting)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        timeout.CancelAfter(patience);
        try
        {
            await work.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // Whatever it ends with, nobody waits for it.
            _ = QuietlyAsync(work);
            throw NoAnswer(patience, setting);
        }
    }

    private static TimeoutException NoAnswer(TimeSpan patience, string setting) =>
        new($"The server did not answer within {setting} ({patience.TotalSeconds:0.###} s).");

    private async Task ExecuteAsync(string statement)
    {
        var command = new NpgsqlCommand(statement, connection) { CommandTimeout = CommandTimeout };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task ResetAsync()
    {
        var batch = new NpgsqlBatch(connection) { Timeout = CommandTimeout };
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in _reset.Statements)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    private async Task TerminateOtherAsync(BackendIdentity backend)
    {
        // Another server may have a process of the same number.
        if (backend.Host != _host)
            return;
        var command = new NpgsqlCommand(Termination, connection) { CommandTimeout = CommandTimeout };
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = backend.ProcessId });
            command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = backend.Age.TotalSeconds });
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }
}

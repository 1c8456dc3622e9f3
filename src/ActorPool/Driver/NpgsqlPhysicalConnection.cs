using System.Data;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Core;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>One Npgsql connection with everything that the pool does to it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the connection disposes what it has.")]
internal sealed class NpgsqlPhysicalConnection(NpgsqlConnection connection, NpgsqlSource source, PoolSettings settings) : IPhysicalConnection
{
    // DISCARD ALL without DEALLOCATE ALL, which would break the statements that the driver has prepared.
    // SET SESSION AUTHORIZATION also ends a SET ROLE, which RESET ALL keeps.
    private static readonly string[] FullReset =
    [
        "SET SESSION AUTHORIZATION DEFAULT", "RESET ALL", "CLOSE ALL", "UNLISTEN *",
        "SELECT pg_advisory_unlock_all()", "DISCARD SEQUENCES", "DISCARD TEMP",
    ];

    // The age guards against a number that was given to a new process meanwhile.
    private const string Termination = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND datname = current_database() AND usename = session_user
          AND abs(extract(epoch FROM clock_timestamp() - backend_start) - $2) < 5
        """;

    private static readonly TimeSpan CancelPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CancelAgainAfter = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Unwinding = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostUnwinding = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(1);

    // Filled again before its backend is gone, a slot would have two: a busy server gets the time that it needs to end one.
    private static readonly TimeSpan ConfirmedPatience = TimeSpan.FromSeconds(5);

    // Without the socket the end of a backend cannot be seen; it is nearly always over by then.
    private static readonly TimeSpan BlindPause = TimeSpan.FromMilliseconds(250);

    private readonly ConnectionHooks _hooks = new(settings, source, connection);
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lock _ending = new();
    private Task? _opening;
    private Task? _end;
    private Task _cancelling = Task.CompletedTask;
    private BackendSocket? _socket;
    private long _openedAt;
    private Action<BackendIdentity>? _stays;

    public NpgsqlConnection Npgsql => connection;

    public int ProcessId { get; private set; }

    public bool IsBusy => (connection.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

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
        if (connection.FullState is var state and not ConnectionState.Open)
            return state == ConnectionState.Broken ? ReturnCondition.Broken : ReturnCondition.Unusable;
        if (connection.ProcessID != ProcessId)
        {
            // Its borrower has closed and opened it again: another backend, of which nothing is known. It is ended with its own socket.
            Meet();
            return ReturnCondition.Unusable;
        }

        if (source.Internals is not { } internals)
            return driverWasUsed ? ReturnCondition.Unusable : ReturnCondition.InTransaction;
        internals.Detach(connection);
        return internals.IsOutsideTransaction(connection) ? ReturnCondition.Clean : ReturnCondition.InTransaction;
    }

    public SocketLook Look() => _socket?.Look() ?? SocketLook.Blind;

    public async Task WorkAsync(ConnectionWork work, object? key = null)
    {
        if ((work & (ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.Discard)) != 0)
            await RollBackAsync().ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.OnReturn))
            await _hooks.RunAsync(ConnectionWork.OnReturn, null, _giveUp.Token).ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.Discard))
            await WithinTimeoutAsync(ResetAsync).ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.Validate))
            await WithinTimeoutAsync(token => ExecuteAsync("SELECT 1", token)).ConfigureAwait(false);
        await _hooks.RunAsync(work & ~ConnectionWork.OnReturn, key, _giveUp.Token).ConfigureAwait(false);
        if (source.Internals?.IsOutsideTransaction(connection) == false)
            throw new InvalidOperationException("The connection is in a transaction after its reset.");
    }

    public Task CloseAsync() => EndOnce(CloseIdleAsync);

    public Task AbortAsync(Action<BackendIdentity>? stays = null)
    {
        _stays ??= stays;
        return EndOnce(AbortBusyAsync);
    }

    public Task TerminateAsync(BackendIdentity backend) => WithinTimeoutAsync(async token =>
    {
        var command = new NpgsqlCommand(Termination, connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = backend.ProcessId });
            command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = backend.Age.TotalSeconds });
            await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }
    });

    private async Task OpenWithinAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        timeout.CancelAfter(source.Timeout);
        try
        {
            await connection.OpenAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_giveUp.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not answer within connect-timeout ({source.Timeout.TotalSeconds:0.###} s).");
        }

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
        _openedAt = Stopwatch.GetTimestamp();
        _socket?.Dispose();
        _socket = source.Internals?.SocketOf(connection) is { } socket ? BackendSocket.Of(socket) : null;
    }

    private Task RollBackAsync() =>
        source.Internals?.IsOutsideTransaction(connection) == true
            ? Task.CompletedTask
            : WithinTimeoutAsync(token => ExecuteAsync("ROLLBACK", token));

    private async Task WithinTimeoutAsync(Func<CancellationToken, Task> work)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        timeout.CancelAfter(source.Timeout);
        await work(timeout.Token).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(statement, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ResetAsync(CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in FullReset)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Task EndOnce(Func<Task> end)
    {
        lock (_ending)
            return _end ??= Task.Run(end);
    }

    private async Task CloseIdleAsync()
    {
        if (_socket is null || source.Internals is not { } internals || connection.FullState != ConnectionState.Open)
        {
            await AbortBusyAsync().ConfigureAwait(false);
            return;
        }

        Quietly(() => internals.SendTerminate(connection));
        _socket.EndSending();
        await _socket.WaitUntilGoneAsync(GonePatience, ConfirmedPatience).ConfigureAwait(false);
        Quietly(() => internals.Break(connection));
        _socket.Dispose();
        Quietly(connection.Dispose);
    }

    private async Task AbortBusyAsync()
    {
        if (await OpeningEndedAsync().ConfigureAwait(false))
            await EndBackendAsync().ConfigureAwait(false);
    }

    private async Task EndBackendAsync()
    {
        var busy = IsBusy;
        var driverSocket = source.Internals?.SocketOf(connection);
        if (busy)
            await CancelAsync().ConfigureAwait(false);
        if (_socket is null && busy)
            await QuietlyAsync(TerminateFromOutsideAsync()).ConfigureAwait(false);
        if (_socket is { } socket)
        {
            socket.EndSending();
            if (!await CancelUntilGoneAsync(socket).ConfigureAwait(false))
            {
                _stays?.Invoke(Identity());
                await socket.WaitUntilGoneAsync(TimeSpan.Zero, ConfirmedPatience).ConfigureAwait(false);
            }

            socket.Dispose();
        }

        // A command that still runs waits for its socket, and closing the connection would wait for the command.
        if (busy || IsBusy)
            Quietly(() => driverSocket?.Dispose());
        else if (source.Internals is { } idle)
            Quietly(() => idle.Break(connection));
        else
            Quietly(connection.Close);
        _ = DisposeLaterAsync();
        if (_socket is null)
            await Task.Delay(BlindPause).ConfigureAwait(false);
    }

    /// <summary>
    /// Whoever still has the driver's connection must not open it again. Disposed under a command that is about to learn of its end,
    /// that one would fail with something else than its error; so it gets the time for it.
    /// </summary>
    private async Task DisposeLaterAsync()
    {
        for (var waited = TimeSpan.Zero; waited < MostUnwinding; waited += Unwinding)
        {
            await Task.Delay(Unwinding).ConfigureAwait(false);
            if (!IsBusy)
                break;
        }

        Quietly(connection.Dispose);
    }

    /// <summary>
    /// A cancel request that arrives before the borrower's command has begun is ignored by the server, which then runs it without
    /// looking at its socket: so it is asked again.
    /// </summary>
    private async Task<bool> CancelUntilGoneAsync(BackendSocket socket)
    {
        var gone = socket.WaitUntilGoneAsync(GonePatience, GonePatience);
        for (var pause = CancelAgainAfter; await Task.WhenAny(gone, Task.Delay(pause)).ConfigureAwait(false) != gone; pause += pause)
            await CancelAsync().ConfigureAwait(false);
        return await gone.ConfigureAwait(false);
    }

    private async Task CancelAsync()
    {
        if (source.Internals is not { } internals)
            return;
        // The driver blocks its thread for the network: it gets one of its own, and never a second one.
        if (_cancelling.IsCompleted)
            _cancelling = Task.Factory.StartNew(() => internals.CancelAtServer(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await QuietlyAsync(_cancelling.WaitAsync(CancelPatience)).ConfigureAwait(false);
    }

    private BackendIdentity Identity() => new(ProcessId, _openedAt);

    /// <summary>
    /// Without the driver's internals a running command can be ended by another connection alone. The one moment in which a pool has
    /// a backend more than its maximum: closing the connection would wait for the command, and leaving it would leave it running.
    /// </summary>
    private async Task TerminateFromOutsideAsync()
    {
        var other = source.Create();
        await other.OpenAsync().ConfigureAwait(false);
        await QuietlyAsync(other.TerminateAsync(Identity())).ConfigureAwait(false);
        await other.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Lets an open come to its end, so that it leaves no backend of which nobody knows. False when nothing was opened.</summary>
    private async Task<bool> OpeningEndedAsync()
    {
        if (_opening is not { } opening)
            return false;
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // A hook may have hung something of its own on this.
        await QuietlyAsync(_giveUp.CancelAsync().WaitAsync(CancelPatience)).ConfigureAwait(false);
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // Logged in, and in the user's hook: that one is given up, and its backend is waited for.
        if (ProcessId != 0)
            await QuietlyAsync(opening).ConfigureAwait(false);
        if (!opening.IsCompleted)
            _ = opening.ContinueWith(_ => Quietly(connection.Close), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        return opening.IsCompletedSuccessfully;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The connection is given up whatever the driver says to it.")]
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // psycopg2's closeall ignores the errors of single closes as well.
        }
    }

    private static async Task QuietlyAsync(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

using System.Data;
using System.Net.Sockets;
using ActorPool.Core.Model;
using ActorPool.Driver.Internals;
using ActorPool.Errors;

namespace ActorPool.Driver;

/// <summary>The end of a connection, gentle or forced. It happens once, and completes when the backend is gone.</summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CancelAgainAfter = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Unwinding = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostUnwinding = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(1);

    // A busy server gets this long to end a backend. A slot that is filled again sooner would have two backends.
    private static readonly TimeSpan ConfirmedPatience = TimeSpan.FromSeconds(5);

    // Without the socket the end of a backend cannot be seen. Nearly always it has ended by then.
    private static readonly TimeSpan BlindPause = TimeSpan.FromMilliseconds(250);

    // After an open was cut off, the server may still have its backend, until that backend reads the end of its connection.
    private static readonly TimeSpan OrphanedOpenDelay = TimeSpan.FromSeconds(1);

    // A connection that did not answer its test will not answer now either, and a request may wait for its place.
    private static readonly TimeSpan SilentPatience = TimeSpan.FromMilliseconds(250);

    // The default of the server's authentication_timeout: a login that has not succeeded by then never will.
    private static readonly TimeSpan LogInPatience = TimeSpan.FromMinutes(1);

    private readonly Lock _ending = new();
    private Task? _end;
    private Task _cancelling = Task.CompletedTask;
    private Action<BackendIdentity>? _survived;

    public Task CloseAsync() => EndOnce(CloseIdleAsync);

    public Task AbortAsync(Action<BackendIdentity>? survived = null)
    {
        _survived ??= survived;
        return EndOnce(AbortBusyAsync);
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

        await EndIdleAsync(_socket, internals).ConfigureAwait(false);
    }

    private async Task EndIdleAsync(BackendSocket socket, NpgsqlInternals internals)
    {
        Quietly(() => internals.SendTerminate(connection));
        socket.EndSending();
        await socket.WaitUntilGoneAsync(GonePatience, ConfirmedPatience).ConfigureAwait(false);
        Quietly(() => internals.Break(connection));
        socket.Dispose();
        Quietly(connection.Dispose);
    }

    private async Task AbortBusyAsync()
    {
        if (_opening is not { } opening)
            return;
        await EndOpeningAsync(opening).ConfigureAwait(false);
        if (opening.IsCompletedSuccessfully)
            await EndBackendAsync().ConfigureAwait(false);
        else if (ProcessId == 0 && (!_driverOpen.IsCompleted || _driverOpen.IsCompletedSuccessfully || !_passedOver.IsCompleted))
            await AbandonAsync().ConfigureAwait(false);
        else if (!opening.IsFaulted || ConnectErrors.KindOf(opening.Exception.GetBaseException()) == ConnectFailure.Unclear)
            await Task.Delay(OrphanedOpenDelay).ConfigureAwait(false);
    }

    private async Task EndBackendAsync()
    {
        if (_wasReopened)
            RecordBackend();
        // A test is not a borrower's command: there is nothing to cancel, and a cancel request may get lost like the test did.
        var busy = IsBusy && !_isSilent;
        var driverSocket = source.Internals?.SocketOf(connection);
        if (busy)
            await CancelAsync().ConfigureAwait(false);
        if (_socket is null && busy)
            await QuietlyAsync(TerminateFromOutsideAsync()).ConfigureAwait(false);
        if (_socket is { } socket)
        {
            socket.EndSending();
            if (_isSilent)
            {
                if (!await socket.WaitUntilGoneAsync(SilentPatience, SilentPatience).ConfigureAwait(false))
                    _survived?.Invoke(Identity());
            }
            else if (!await CancelUntilGoneAsync(socket, busy).ConfigureAwait(false))
            {
                _survived?.Invoke(Identity());
                await socket.WaitUntilGoneAsync(TimeSpan.Zero, ConfirmedPatience).ConfigureAwait(false);
            }

            socket.Dispose();
        }

        _ = ReleaseDriverAsync(busy, driverSocket);
        if (_socket is null)
            await Task.Delay(BlindPause).ConfigureAwait(false);
    }

    private async Task ReleaseDriverAsync(bool busy, Socket? driverSocket)
    {
        // Else the driver would block a thread until its cancel request has ended.
        await QuietlyAsync(_cancelling).ConfigureAwait(false);
        // A running command waits for its socket, and closing the connection would wait for the command: close the socket.
        if (busy || IsBusy)
            Quietly(() => driverSocket?.Dispose());
        else if (source.Internals is { } idle)
            Quietly(() => idle.Break(connection));
        else
            Quietly(connection.Close);
        await DisposeLaterAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Disposes the driver's connection, so that code which kept it cannot reopen it. A running command first gets time to fail with its
    /// own error: disposing the connection under it would replace that error.
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
    /// Repeats the cancel request. The server ignores one that arrives before the borrower's command has begun, and then runs that command
    /// without looking at its socket.
    /// </summary>
    private async Task<bool> CancelUntilGoneAsync(BackendSocket socket, bool busy)
    {
        var gone = socket.WaitUntilGoneAsync(GonePatience, GonePatience);
        for (var pause = CancelAgainAfter; await Task.WhenAny(gone, Task.Delay(pause)).ConfigureAwait(false) != gone; pause += pause)
        {
            if (busy || IsBusy)
                await CancelAsync().ConfigureAwait(false);
        }

        return await gone.ConfigureAwait(false);
    }

    private async Task CancelAsync()
    {
        if (source.Internals is not { } internals)
            return;
        // The driver blocks a thread for the network: give it a dedicated one, and never a second.
        Task cancelling;
        lock (_ending)
        {
            if (_cancelling.IsCompleted)
                _cancelling = Task.Factory.StartNew(() => internals.CancelAtServer(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            cancelling = _cancelling;
        }

        await QuietlyAsync(cancelling.WaitAsync(CancelPatience)).ConfigureAwait(false);
    }

    private BackendIdentity Identity() => new(ProcessId, _openedAt, _host);

    /// <summary>
    /// Without the driver's internals only another connection can end a running command. This is the one moment at which a pool has one
    /// backend more than its maximum: closing the connection would wait for the command, and leaving it would let the command run on.
    /// </summary>
    private async Task TerminateFromOutsideAsync()
    {
        var other = _host is { } host ? source.CreateAt(host) : source.Create();
        await other.OpenAsync().ConfigureAwait(false);
        await QuietlyAsync(other.TerminateAsync(Identity())).ConfigureAwait(false);
        await other.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Lets an open come to its end, so that it leaves no unknown backend. The driver gives an open up at its time-out and not before, even
    /// when it is cancelled.
    /// </summary>
    private async Task EndOpeningAsync(Task opening)
    {
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // A hook may have registered a callback on this token, which blocks.
        await QuietlyAsync(_giveUp.CancelAsync().WaitAsync(CancelPatience)).ConfigureAwait(false);
        // The driver's time-out is connect-timeout; that of a given data source may be infinite.
        await QuietlyAsync(Task.WhenAny(opening, source.Over).WaitAsync(source.Timeout + MostUnwinding)).ConfigureAwait(false);
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // Logged in, and in the user's hook: the hook is given up, and the end of the backend is awaited.
        if (ProcessId != 0)
            await QuietlyAsync(opening).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps the place of an open that cannot be ended, while it may have a backend: until it ends, or until the server has ended the login.
    /// A connection that opens later is closed at once.
    /// </summary>
    private async Task AbandonAsync()
    {
        var ended = CloseLateAsync();
        var patience = source.MayHangLoggedIn ? Timeout.InfiniteTimeSpan : LogInPatience;
        await QuietlyAsync(Task.WhenAny(ended, source.Over).WaitAsync(patience)).ConfigureAwait(false);
    }

    private async Task CloseLateAsync()
    {
        await QuietlyAsync(_passedOver).ConfigureAwait(false);
        await QuietlyAsync(_driverOpen).ConfigureAwait(false);
        if (!_driverOpen.IsCompletedSuccessfully)
            return;
        RecordBackend();
        await EndBackendAsync().ConfigureAwait(false);
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // The connection is given up in any case. psycopg2's closeall ignores the errors of single closes as well.
        }
    }

    private static async Task QuietlyAsync(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

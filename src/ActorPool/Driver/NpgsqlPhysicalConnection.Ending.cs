using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool.Driver;

/// <summary>Its end: asked for once, gently or by force, and over when the backend is gone.</summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CancelAgainAfter = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Unwinding = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostUnwinding = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(1);

    // Filled again before its backend is gone, a slot would have two: a busy server gets the time that it needs to end one.
    private static readonly TimeSpan ConfirmedPatience = TimeSpan.FromSeconds(5);

    // Without the socket the end of a backend cannot be seen; it is nearly always over by then.
    private static readonly TimeSpan BlindPause = TimeSpan.FromMilliseconds(250);

    // After an open that was cut off the server may have a backend of it: until that one comes to read the end of its connection.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);

    // Of one that did not answer its test there is nothing to hope for; a request may wait for its place.
    private static readonly TimeSpan SilentPatience = TimeSpan.FromMilliseconds(250);

    // The server's authentication_timeout, as it is by default: what has not logged in by then never will.
    private static readonly TimeSpan LogInPatience = TimeSpan.FromMinutes(1);

    private readonly Lock _ending = new();
    private Task? _end;
    private Task _cancelling = Task.CompletedTask;
    private Action<BackendIdentity>? _stays;

    public Task CloseAsync() => EndOnce(CloseIdleAsync);

    public Task AbortAsync(Action<BackendIdentity>? stays = null)
    {
        _stays ??= stays;
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
            await Task.Delay(Aftermath).ConfigureAwait(false);
    }

    private async Task EndBackendAsync()
    {
        if (_isAnother)
            Meet();
        // A test is no work of a borrower's: there is nothing to cancel, and the way to the server may swallow that as well.
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
                    _stays?.Invoke(Identity());
            }
            else if (!await CancelUntilGoneAsync(socket, busy).ConfigureAwait(false))
            {
                _stays?.Invoke(Identity());
                await socket.WaitUntilGoneAsync(TimeSpan.Zero, ConfirmedPatience).ConfigureAwait(false);
            }

            socket.Dispose();
        }

        _ = LetGoAsync(busy, driverSocket);
        if (_socket is null)
            await Task.Delay(BlindPause).ConfigureAwait(false);
    }

    private async Task LetGoAsync(bool busy, Socket? driverSocket)
    {
        // The driver would block a thread until its request for the cancellation is through.
        await QuietlyAsync(_cancelling).ConfigureAwait(false);
        // A command that still runs waits for its socket, and closing the connection would wait for the command.
        if (busy || IsBusy)
            Quietly(() => driverSocket?.Dispose());
        else if (source.Internals is { } idle)
            Quietly(() => idle.Break(connection));
        else
            Quietly(connection.Close);
        await DisposeLaterAsync().ConfigureAwait(false);
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
        // The driver blocks its thread for the network: it gets one of its own, and never a second one.
        if (_cancelling.IsCompleted)
            _cancelling = Task.Factory.StartNew(() => internals.CancelAtServer(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await QuietlyAsync(_cancelling.WaitAsync(CancelPatience)).ConfigureAwait(false);
    }

    private BackendIdentity Identity() => new(ProcessId, _openedAt, _host);

    /// <summary>
    /// Without the driver's internals a running command can be ended by another connection alone. The one moment in which a pool has
    /// a backend more than its maximum: closing the connection would wait for the command, and leaving it would leave it running.
    /// </summary>
    private async Task TerminateFromOutsideAsync()
    {
        var other = _host is { } host ? source.CreateAt(host) : source.Create();
        await other.OpenAsync().ConfigureAwait(false);
        await QuietlyAsync(other.TerminateAsync(Identity())).ConfigureAwait(false);
        await other.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Lets an open come to its end, so that it leaves no backend of which nobody knows. The driver gives one up at its time-out,
    /// and not before, whatever it is told.
    /// </summary>
    private async Task EndOpeningAsync(Task opening)
    {
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // A hook may have hung something of its own on this.
        await QuietlyAsync(_giveUp.CancelAsync().WaitAsync(CancelPatience)).ConfigureAwait(false);
        // The driver's time-out is the pool's, or a given data source's own, which may be endless.
        await QuietlyAsync(Task.WhenAny(opening, source.Over).WaitAsync(source.Timeout + MostUnwinding)).ConfigureAwait(false);
        await QuietlyAsync(opening.WaitAsync(GonePatience)).ConfigureAwait(false);
        // Logged in, and in the user's hook: that one is given up, and its backend is waited for.
        if (ProcessId != 0)
            await QuietlyAsync(opening).ConfigureAwait(false);
    }

    /// <summary>
    /// An open that takes no notice of its end keeps its place while it may have a backend: until it ends, or until the server has ended what did
    /// not log in. What opens later is closed at once.
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
        Meet();
        await EndBackendAsync().ConfigureAwait(false);
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

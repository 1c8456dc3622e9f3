using System.Data;
using ActorPool.Core.Model;
using ActorPool.Driver.Internals;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// The opening of a connection, given up after its time even if the driver does not return. Several hosts are tried in turn, until one
/// gives a session of the wanted kind.
/// </summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    // The driver's own open. It may continue after the pool has given it up.
    private Task _driverOpen = Task.CompletedTask;

    // Opens that had not ended when the turn of their host was over.
    private Task _passedOver = Task.CompletedTask;

    // Null when the pool has one host.
    private ServerHost? _host;

    /// <summary>The only host to open the connection at; null when the pool may choose.</summary>
    public ServerHost? Only { get; init; }

    /// <summary>
    /// The user's callbacks may block their thread or ignore their token. Then the open is abandoned, and <see cref="AbortAsync"/> cleans
    /// up.
    /// </summary>
    private async Task OpenDriverAsync()
    {
        var timeout = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        timeout.CancelAfter(source.Timeout);
        var scope = OpenCallbacks.Begin(timeout.Token);
        _driverOpen = Task.Run(() => ConnectAsync(timeout.Token), CancellationToken.None);
        _ = _driverOpen.ContinueWith(_ => timeout.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await _driverOpen.WaitAsync(source.Timeout + Unwinding).ConfigureAwait(false);
        }
        catch (Exception) when (!_giveUp.IsCancellationRequested && scope.Stuck is { } callback)
        {
            throw new OpenStuckException($"The {callback} of the data source did not return within connect-timeout ({source.Timeout.TotalSeconds:0.###} s).");
        }
        catch (OperationCanceledException) when (!_giveUp.IsCancellationRequested)
        {
            throw NoAnswer(source.Timeout, "connect-timeout");
        }
        catch (TimeoutException) when (!_driverOpen.IsCompleted)
        {
            throw new OpenStuckException($"The open did not end within connect-timeout ({source.Timeout.TotalSeconds:0.###} s): a callback of the data source (a password provider, a connection initializer) hangs.");
        }
    }

    private Task ConnectAsync(CancellationToken timeout)
    {
        _host = Only;
        return source.Hosts.IsPlain || Only is not null ? source.Hosts.OpenAsync(connection, timeout) : FindHostAsync(timeout);
    }

    /// <exception cref="NpgsqlException">No host gave a connection.</exception>
    private async Task FindHostAsync(CancellationToken timeout)
    {
        var failures = new List<HostFailure>();
        var second = new List<ServerHost>();
        foreach (var host in source.Hosts.InOrder())
        {
            if (await TryAsync(host, source.Hosts.Target, failures, timeout).ConfigureAwait(false))
                return;
            if (failures[^1].WasReached && source.Hosts.Target is { IsPreference: true })
                second.Add(host);
        }

        foreach (var host in second)
        {
            if (await TryAsync(host, target: null, failures, timeout).ConfigureAwait(false))
                return;
        }

        throw NoHostException.Of(failures);
    }

    private async Task<bool> TryAsync(ServerHost host, SessionTarget? target, List<HostFailure> failures, CancellationToken timeout)
    {
        Use(host);
        source.Hosts.Trying(host);
        SessionKind? kind;
        try
        {
            kind = await OpenInTurnAsync(target, source.Hosts.TurnOf(host, source.Timeout), timeout).ConfigureAwait(false);
        }
        catch (Exception error) when (!_giveUp.IsCancellationRequested)
        {
            source.Hosts.Failed(host);
            failures.Add(new HostFailure(host.Name, error, ConnectErrors.KindOf(error), WasReached: false));
            return false;
        }

        if (kind is not { } other || target!.Fits(other))
        {
            source.Hosts.Served(host);
            return true;
        }

        source.Hosts.OfAnotherKind(host);
        // Treated like a server that is starting up: the server may become one of the wanted kind at any time.
        failures.Add(new HostFailure(host.Name, new NpgsqlException(target.Mismatch(other)), ConnectFailure.StartingUp, WasReached: true));
        await PassOverAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>Opens the connection, and finds out the kind of its session if that matters.</summary>
    private async Task<SessionKind?> OpenInTurnAsync(SessionTarget? target, TimeSpan turn, CancellationToken timeout)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timeout);
        over.CancelAfter(turn);
        var current = connection;
        var opening = OpenAsync(current, target, over.Token);
        try
        {
            // The driver ignores its token while it negotiates encryption.
            return await opening.WaitAsync(over.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Closes the session if the login has succeeded or still succeeds.
            _passedOver = Task.WhenAll(_passedOver, CloseLaterAsync(opening, current));
            if (error is OperationCanceledException && over.IsCancellationRequested)
                throw new TimeoutException($"The server did not answer within {turn.TotalSeconds:0.###} s.");
            throw;
        }
    }

    private static async Task CloseLaterAsync(Task opening, NpgsqlConnection connection)
    {
        await QuietlyAsync(opening).ConfigureAwait(false);
        Quietly(connection.Close);
    }

    private static async Task<SessionKind?> OpenAsync(NpgsqlConnection connection, SessionTarget? target, CancellationToken giveUp)
    {
        await connection.OpenAsync(giveUp).ConfigureAwait(false);
        return target is null ? null : SessionTarget.Reported(connection) ?? await AskForKindAsync(connection, giveUp).ConfigureAwait(false);
    }

    private static async Task<SessionKind> AskForKindAsync(NpgsqlConnection connection, CancellationToken giveUp)
    {
        var command = new NpgsqlCommand(SessionTarget.Question, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, giveUp).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(giveUp).ConfigureAwait(false);
                return SessionTarget.KindOf(reader.GetBoolean(0), reader.GetBoolean(1));
            }
        }
    }

    private void Use(ServerHost host)
    {
        _host = host;
        connection = host.Source.CreateConnection();
        _hooks = new ConnectionHooks(settings, source, connection);
    }

    /// <summary>Ends a session of another kind, and waits for its backend to exit: the next attempt may go to the same server.</summary>
    private async Task PassOverAsync()
    {
        source.VerifyInternals(connection);
        if (source.Internals is { } internals && internals.SocketOf(connection) is { } socket)
        {
            await EndIdleAsync(BackendSocket.Of(socket, connection.ProcessID), internals).ConfigureAwait(false);
            return;
        }

        Quietly(connection.Close);
        await Task.Delay(BlindPause).ConfigureAwait(false);
    }

    /// <summary>
    /// Fails if the session is no longer of the wanted kind. The server reports that it has become a standby or read-only with its answer to
    /// any command. A setting that a borrower made for the session does not count.
    /// </summary>
    private async Task EnsureWantedAsync()
    {
        var command = new NpgsqlCommand(SessionTarget.SetByBorrower, connection) { CommandTimeout = CommandTimeout };
        await using (command.ConfigureAwait(false))
        {
            if (await command.ExecuteScalarAsync().ConfigureAwait(false) is not true)
                throw new IOException($"The session can no longer be used. {source.Hosts.Target!.Mismatch(SessionTarget.Reported(connection)!.Value)}");
        }
    }

    private bool SeemsUnwanted() =>
        source.Hosts.Target is { IsPreference: false } target && SessionTarget.Reported(connection) is { } kind && !target.Fits(kind);
}

using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>The work of a connection between two leases: test, rollback, hooks, full reset; and the end of another connection's backend.</summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    // The age guards against a process id that has been reused. Everything is qualified, operators too: a role's search_path may put
    // other objects first.
    private const string Termination = """
        SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE pid OPERATOR(pg_catalog.=) $1
          AND datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND usename OPERATOR(pg_catalog.=) session_user
          AND pg_catalog.abs(extract(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) backend_start) OPERATOR(pg_catalog.-) $2) OPERATOR(pg_catalog.<) 5
        """;

    // The connection did not answer its test in time.
    private volatile bool _isSilent;

    /// <summary>
    /// The time-out of the pool's own commands, in seconds. Zero, no limit, when the pool gives them up itself; without the driver's
    /// internals only this ends them.
    /// </summary>
    private int CommandTimeout => source.Internals is null ? (int)Math.Ceiling(source.Timeout.TotalSeconds) : 0;

    public async Task WorkAsync(ConnectionWork work, object? key = null)
    {
        // The test comes first: the other steps may take long on a sound connection, and for ever on a dead one.
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
        // The prepended reset is still unsent if no hook ran a command.
        if (source.Internals?.IsResetPending(connection) == true)
            await WithinTimeoutAsync(ExecuteAsync("SELECT 1")).ConfigureAwait(false);
    }

    public Task TerminateAsync(BackendIdentity backend) => WithinTimeoutAsync(TerminateOtherAsync(backend));

    /// <summary>
    /// A connection that is known to be dead is not tested: when many die together, each test would throw through all layers of the driver.
    /// </summary>
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
    /// Gives the work up after its time, without cancelling it: the driver blocks a thread of the thread pool while it asks the server to
    /// cancel. On a dead network that would cost one thread for each connection. The forced end that follows cancels on a dedicated thread.
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
            // The result of the abandoned work is ignored.
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
        // Another server may have a process with the same id.
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

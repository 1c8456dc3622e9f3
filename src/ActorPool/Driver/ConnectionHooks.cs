using System.Data;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// Runs the user's hooks on one connection: away from the manager's thread, bounded in time, and with a check of the connection afterwards.
/// </summary>
internal sealed class ConnectionHooks(PoolSettings settings, NpgsqlSource source, NpgsqlConnection connection)
{
    public Task ConfigureAsync(CancellationToken giveUp) =>
        settings.Configure is { } hook ? RunAsync(nameof(PoolSettings.Configure), hook, giveUp) : Task.CompletedTask;

    public async Task RunAsync(ConnectionWork work, object? key, CancellationToken giveUp)
    {
        if (work.HasFlag(ConnectionWork.OnReturn) && settings.OnReturn is { } onReturn)
            await RunAsync(nameof(PoolSettings.OnReturn), onReturn, giveUp).ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.Check) && settings.Check is { } check)
            await RunAsync(nameof(PoolSettings.Check), check, giveUp).ConfigureAwait(false);
        if (work.HasFlag(ConnectionWork.Initialize) && settings.InitializeSession is { } initialize)
            await RunAsync(nameof(PoolSettings.InitializeSession), (npgsql, token) => initialize(npgsql, key!, token), giveUp).ConfigureAwait(false);
    }

    private async Task RunAsync(string name, Func<NpgsqlConnection, CancellationToken, Task> hook, CancellationToken giveUp)
    {
        giveUp.ThrowIfCancellationRequested();
        source.Internals?.RefreshTypes(connection);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        var cancel = new CancellationTokenSource();
        using var cancelling = timeout.Token.Register(() => Cancel(cancel));
        timeout.CancelAfter(source.Timeout);
        try
        {
            // A hook may block its thread or ignore its token; neither delays the pool.
            await Task.Run(() => hook(connection, cancel.Token) ?? throw NoTask(), CancellationToken.None).WaitAsync(timeout.Token).ConfigureAwait(false);
            await EnsureIdleAsync().WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !giveUp.IsCancellationRequested)
        {
            throw new HookFailedException(name, new TimeoutException($"It took longer than connect-timeout ({source.Timeout.TotalSeconds:0.###} s)."));
        }
        catch (Exception error) when (!IsLoss(error))
        {
            throw new HookFailedException(name, error, source.Retired.Means(error));
        }
    }

    /// <summary>On a dedicated thread: the driver handles the cancellation on the thread that cancels, and blocks it for the network.</summary>
    private static void Cancel(CancellationTokenSource source) => Task.Factory.StartNew(
        () => source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult(),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The server or the network failed, not the hook.</summary>
    private bool IsLoss(Exception error) =>
        error is NpgsqlException && connection.FullState is ConnectionState.Broken or ConnectionState.Closed;

    private async Task EnsureIdleAsync()
    {
        if (connection.FullState != ConnectionState.Open)
            throw new InvalidOperationException("It left the connection closed, or with a command or reader in flight. Await and dispose every command and reader in the hook.");
        if (source.Internals is not { } internals)
        {
            if (await IsInTransactionAsync().ConfigureAwait(false))
                throw LeftTransaction();
            return;
        }

        internals.Detach(connection);
        if (!internals.IsOutsideTransaction(connection))
            throw LeftTransaction();
    }

    /// <summary>Without the driver's internals: a savepoint can only be made inside a transaction.</summary>
    private async Task<bool> IsInTransactionAsync()
    {
        var command = new NpgsqlCommand("SAVEPOINT actor_pool", connection);
        await using (command.ConfigureAwait(false))
        {
            try
            {
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
                return true;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.NoActiveSqlTransaction)
            {
                return false;
            }
        }
    }

    private static InvalidOperationException NoTask() => new("It returned null instead of a task.");

    private static InvalidOperationException LeftTransaction() =>
        new("It left a transaction open. Commit it or roll it back in the hook.");
}

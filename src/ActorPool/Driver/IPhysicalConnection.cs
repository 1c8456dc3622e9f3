using ActorPool.Core.Model;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>One connection to the server, as the pool uses it. Everything that waits for the network is here and is bounded in time.</summary>
internal interface IPhysicalConnection
{
    /// <summary>The driver's connection, once open.</summary>
    NpgsqlConnection Npgsql { get; }

    /// <summary>A command, a reader or a COPY is under way.</summary>
    bool IsBusy { get; }

    /// <summary>Changes as long as something is read from it or written to it, for a look at one that <see cref="IsBusy"/>.</summary>
    long Progress { get; }

    /// <summary>
    /// Called when a reader that was opened with <c>CommandBehavior.CloseConnection</c> has closed it, on the borrower's thread: that
    /// reader was the borrower's last use of it. Not told without the driver's internals.
    /// </summary>
    Action? ClosedByReader { get; set; }

    /// <summary>The number of its server process, as <c>pg_stat_activity.pid</c>; once open.</summary>
    int ProcessId { get; }

    /// <summary>Opens it, within <c>connect-timeout</c>, and runs the user's <see cref="PoolSettings.Configure"/>. After a failure nothing is left of it.</summary>
    Task OpenAsync();

    /// <summary>
    /// Does what the pool needs between two leases, each part within <c>connect-timeout</c>. Only while nobody holds the connection.
    /// Throws <see cref="HookFailedException"/> when it was a hook that failed.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="key">For <see cref="ConnectionWork.Initialize"/>.</param>
    Task WorkAsync(ConnectionWork work, object? key = null);

    /// <summary>What the socket of the idle connection shows. A system call that does not wait; called by the manager.</summary>
    SocketState Look();

    /// <summary>
    /// Has the full reset sent together with the next command on this idle connection, ahead of it. No I/O; called by the manager.
    /// False when that cannot be done: then it takes a <see cref="ConnectionWork.FullReset"/>.
    /// </summary>
    bool PrependReset();

    /// <summary>Makes it ready for a borrower: it knows the types that were loaded last. No I/O; called by the manager with each lease.</summary>
    void Lend();

    /// <summary>
    /// Takes it back from a borrower: what the driver still has of that one is cut off, so that a transaction, reader or command
    /// disposed later cannot touch the next one's work. No I/O; called by the manager.
    /// </summary>
    /// <param name="driverWasUsed">The borrower had the driver's own objects in hand.</param>
    ReturnCondition Release(bool driverWasUsed);

    /// <summary>
    /// Its lease is over while a command may be running: that command's error gets the reason as its cause, as far as the driver allows.
    /// No I/O; called by the manager before <see cref="AbortAsync"/>.
    /// </summary>
    void EndLease(LeaseEnd end);

    /// <summary>Closes it while nobody uses it. Completes when its backend is gone, or when that cannot be awaited any longer.</summary>
    Task CloseAsync();

    /// <summary>Ends it in whatever state it is: opening, busy with a query, broken. Completes like <see cref="CloseAsync"/>.</summary>
    /// <param name="stays">Told when its backend takes no notice, so that another connection can terminate it.</param>
    Task AbortAsync(Action<BackendIdentity>? stays = null);

    /// <summary>Terminates the backend of another connection that takes no notice of the usual ways.</summary>
    Task TerminateAsync(BackendIdentity backend);
}

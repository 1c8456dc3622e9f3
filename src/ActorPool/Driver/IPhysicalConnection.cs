using System.Data.Common;
using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool.Driver;

/// <summary>One connection to the server, as the pool uses it. Every call that waits for the network is here, and is bounded in time.</summary>
internal interface IPhysicalConnection
{
    /// <summary>The driver's connection, once open.</summary>
    DbConnection Driver { get; }

    /// <summary>A command, a reader or a COPY is in flight.</summary>
    bool IsBusy { get; }

    /// <summary>Changes while data is read from the connection or written to it; shows whether one that <see cref="IsBusy"/> makes progress.</summary>
    long Progress { get; }

    /// <summary>
    /// Called on the borrower's thread when a reader that was opened with <c>CommandBehavior.CloseConnection</c> has closed the connection:
    /// that reader was its last use. Not called without the driver's internals.
    /// </summary>
    Action? ClosedByReader { get; set; }

    /// <summary>The id of its server process, as <c>pg_stat_activity.pid</c>; once open.</summary>
    int ProcessId { get; }

    /// <summary>
    /// Opens the connection within <c>connect-timeout</c>, and runs the user's <see cref="PoolSettings.Configure"/>. A failure leaves no
    /// backend, unless that is unclear: then <see cref="AbortAsync"/> ends it.
    /// </summary>
    Task OpenAsync();

    /// <summary>
    /// Does what the pool needs between two leases, each part within <c>connect-timeout</c>. Only while the connection is not lent.
    /// Throws <see cref="HookFailedException"/> when a hook fails.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="key">For <see cref="ConnectionWork.Initialize"/>.</param>
    Task WorkAsync(ConnectionWork work, object? key = null);

    /// <summary>
    /// Runs the statements of a batch, each with a result and an error of its own. Decides the answer of each as soon as the server has
    /// reported its end, and delivers all but the last. Sets <see cref="ToldStatement.End"/> of each. Only while the connection is not lent.
    /// </summary>
    /// <returns>The condition of the connection, with nothing in flight. It never fails: a lost connection is <see cref="ReturnCondition.Broken"/>.</returns>
    Task<ReturnCondition> RunAsync(StatementBatch batch);

    /// <summary>
    /// Asks the server to cancel the statement of the batch with this index, if that is the one that runs. Does not wait. The request may reach the server
    /// when the next statement runs: <see cref="RunAsync"/> then has that one run again.
    /// </summary>
    void CancelRunning(StatementBatch batch, int index);

    /// <summary>Whether the socket of the idle connection is readable. A system call that does not wait; called by the manager.</summary>
    SocketState Probe();

    /// <summary>
    /// Prepends the full reset to the next command on this idle connection: both are sent together. No I/O; called by the manager.
    /// False when that is not possible: then the connection needs a <see cref="ConnectionWork.FullReset"/>.
    /// </summary>
    bool PrependReset();

    /// <summary>Gives the connection the types that were loaded last. No I/O; called by the manager with each lease.</summary>
    void Lend();

    /// <summary>
    /// Takes the connection back from a borrower, and cuts off the driver's objects of that lease: a transaction, reader or command that is
    /// disposed later cannot touch the next borrower's work. No I/O; called by the manager.
    /// </summary>
    /// <param name="driverWasUsed">The borrower has used the driver's own objects.</param>
    ReturnCondition Release(bool driverWasUsed);

    /// <summary>
    /// The lease is over while a command may be running: the error of that command gets the reason as its cause, as far as the driver allows.
    /// No I/O; called by the manager before <see cref="AbortAsync"/>.
    /// </summary>
    void EndLease(LeaseEnd end);

    /// <summary>
    /// A command of the borrower failed. An error that is listed in <see cref="PoolSettings.RetireOn"/> means that the connection is replaced on
    /// return. No I/O; called on the borrower's thread.
    /// </summary>
    void Failed(Exception error);

    /// <summary>Calls back, on the borrower's thread, when a reader of this connection closes. Returns the reader to hand out.</summary>
    DbDataReader WhenClosed(DbDataReader reader, Action closed);

    /// <summary>Closes the connection while it is not in use. Completes when its backend is gone, or when the wait for that has timed out.</summary>
    Task CloseAsync();

    /// <summary>Ends the connection in any state: opening, busy with a query, broken. Completes like <see cref="CloseAsync"/>.</summary>
    /// <param name="survived">Called when the backend has not exited, so that another connection can terminate it.</param>
    Task AbortAsync(Action<BackendIdentity>? survived = null);

    /// <summary>Terminates the backend of another connection, which did not exit when it was cancelled and disconnected.</summary>
    Task TerminateAsync(BackendIdentity backend);
}

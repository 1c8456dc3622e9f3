using ActorPool.Core;
using ActorPool.Core.Model;

namespace ActorPool.Telemetry;

/// <summary>Every log text of a pool, with its level. Each shell derives from it, to write them where its users read a log.</summary>
internal abstract class PoolLog(string pool)
{
    private static readonly TimeSpan BetweenClosedWhileLent = TimeSpan.FromMinutes(1);

    private TimeSpan _closedWhileLentAgainAt = TimeSpan.MinValue;
    private int _closedWhileLent;
    private bool _hasLoggedLimitation;
    private bool _hasLoggedSharing;

    protected abstract void Write(bool isWarning, string template, params object?[] values);

    // The life of the pool.

    /// <param name="settings">Those that differ from the defaults.</param>
    public void Started(string settings) => Info("Pool {Pool} has started: {Settings}", settings);

    /// <summary>Once: known at the start, or when the first connection is open.</summary>
    /// <param name="limitation">The members of the driver that the pool cannot use; null when it can use all.</param>
    public void Limited(string? limitation)
    {
        if (limitation is null || _hasLoggedLimitation)
            return;
        _hasLoggedLimitation = true;
        Warning("Pool {Pool}: {Limitation} The pool works without them: it is safe, and slower.", limitation);
    }

    public void Closed() => Info("Pool {Pool}: closed.");

    public void Resized(int min, int max) => Info("Pool {Pool}: resized to between {Min} and {Max} connections.", min, max);

    public void Draining() => Info("Pool {Pool}: every connection is being replaced.");

    public void Paused() => Info("Pool {Pool}: paused; no connection is lent until the pool is resumed.");

    public void Resumed() => Info("Pool {Pool}: resumed.");

    public void Restarted(int lent, int answered) =>
        Warning("Pool {Pool}: the pool manager failed and was restarted. {Lent} leases continue; {Waiting} requests were answered with an error.", lent, answered);

    // Connections.

    /// <summary>The first failure of a series of opens; the next ones are in the statistics.</summary>
    public void OpenFailed(PoolState state, string server, Exception error, string remedy)
    {
        // A start that failed gives the error to its caller.
        if (state.Phase == PoolPhase.Starting)
            Warning("Pool {Pool}: it cannot start yet, and tries again within acquire-timeout: {Reason} ({Server}). {Remedy}", error.Message, server, remedy);
        else if (state.Phase == PoolPhase.Running)
            Warning("Pool {Pool}: a connection to {Server} could not be opened: {Reason}. {Remedy} {Next}", server, error.Message.TrimEnd('.'), remedy, state.WillOpen ? "The pool tries again, with pauses." : "The next request tries again.");
    }

    public void OpensAgain() => Info("Pool {Pool}: connections can be opened again.");

    public void HookFailed(string hook, Exception error) =>
        Warning("Pool {Pool}: the hook {Hook} failed on a connection, which is closed: {Reason}", hook, error.Message);

    public void WorkFailed(SlotState state, Exception error) =>
        Info("Pool {Pool}: a connection is closed, because it failed while it was {Work}: {Reason}", state == SlotState.Resetting ? "reset" : "validated", error.Message);

    public void WorkStuck(ConnectionWork work) =>
        Warning("Pool {Pool}: a connection did not finish its {Work} within validate-timeout while requests waited; it is discarded and replaced.", work);

    public void BackendSurvived(int processId, bool isRunning) => Warning(
        "Pool {Pool}: the backend {ProcessId} of a closed connection still runs. {Next}", processId,
        isRunning ? "The next idle connection terminates it." : "The pool is ending and leaves it to the server.");

    public void ConnectionActorStopped() => Warning("Pool {Pool}: the actor that owned a connection has stopped unexpectedly; the connection is closed.");

    // Leases.

    public void LeaseEnded(TimeSpan held, string reason, object borrower) =>
        Warning("Pool {Pool}: a lease was ended after {Seconds} s, because {Reason}; its connection is discarded. Borrowed by {Borrower}", Seconds(held), reason, borrower);

    public void LeaseForgotten(TimeSpan held, object borrower) => Warning(
        "Pool {Pool}: a connection was borrowed and not returned. The garbage collector found its lease after {Seconds} s; the connection is discarded. Dispose every connection that you borrow. Borrowed by {Borrower}",
        Seconds(held), borrower);

    public void Leak(TimeSpan held, object borrower) =>
        Warning("Pool {Pool}: a connection has been held for {Seconds} s without a return. Borrowed by {Borrower}", Seconds(held), borrower);

    public void Starved() => Warning(
        "Pool {Pool}: all connections are lent, requests wait, and none was returned for {Seconds} s. The pool asks for a garbage collection, which finds forgotten leases. Return every connection that you borrow.",
        PoolState.StarvedAfter.TotalSeconds);

    /// <summary>At most one a minute, with the number since the last.</summary>
    public void ClosedWhileLent(object borrower, TimeSpan now)
    {
        _closedWhileLent++;
        if (now < _closedWhileLentAgainAt)
            return;
        Warning(
            "Pool {Pool}: {Count} driver connection(s) were closed while lent, and each is replaced by another open. Return the lease instead: do not close "
            + "its Npgsql, and leave out CommandBehavior.CloseConnection on commands of the driver. The last one was borrowed by {Borrower}",
            _closedWhileLent, borrower);
        _closedWhileLentAgainAt = now + BetweenClosedWhileLent;
        _closedWhileLent = 0;
    }

    /// <summary>Once: two borrowers share one connection.</summary>
    public void SharedKey(object first, object second)
    {
        if (_hasLoggedSharing)
            return;
        _hasLoggedSharing = true;
        Warning(
            "Pool {Pool}: two borrowers share one connection, because they use the same key at the same time. Commands of both at once fail in the driver with 'A command is already in progress'. "
            + "Set key-sharing = exclusive to let the requests for a key take turns, or shared-key-warning = off if they share it on purpose. This is logged once per pool. "
            + "Borrowed by {First}; requested by {Second}",
            first, second);
    }

    public void Undelivered(object receiver, bool isAlive, object borrower) => Warning(
        "Pool {Pool}: a lease was sent to {Receiver}, which {Reason}; its connection is taken back. {Advice} Borrowed by {Borrower}",
        receiver, NotTaken(isAlive), isAlive ? "Handle PooledConnection there." : "Name that actor as the Owner of the request, and its lease ends with it.", borrower);

    public void UndeliveredStays(object receiver, bool isAlive, object holder, object borrower) => Warning(
        "Pool {Pool}: a lease was sent to {Receiver}, which {Reason}. It stays with {Holder}. Borrowed by {Borrower}", receiver, NotTaken(isAlive), holder, borrower);

    // Messages that cannot be answered.

    public void GetConnWithoutSender() =>
        Warning("Pool {Pool}: a GetConn without a sender was refused, because its connection would have no receiver. Use Ask, or send it from an actor.");

    public void GetConnFromOwnActor(object sender) =>
        Warning("Pool {Pool}: a GetConn was refused, because its sender is {Sender}, an actor of the pool itself. Send it from the actor that uses the connection.", sender);

    public void RefusedWithoutSender(Exception error) => Warning("Pool {Pool}: a message without a sender was refused: {Reason}", error.Message);

    /// <param name="statement">Its summary.</param>
    /// <param name="error">What it failed with, without any value of a parameter.</param>
    public void StatementFailedWithoutSender(string statement, string error) => Warning(
        "Pool {Pool}: a statement of a message without a sender failed ({Statement}): {Error}. Send it from an actor, or use Ask, to receive the error.", statement, error.TrimEnd('.'));

    private static string NotTaken(bool isAlive) => isAlive ? "does not handle it" : "had ended";

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 1);

    private void Info(string template, params object?[] values) => Write(isWarning: false, template, [pool, .. values]);

    private void Warning(string template, params object?[] values) => Write(isWarning: true, template, [pool, .. values]);
}

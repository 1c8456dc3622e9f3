using ActorPool.Core.Model;
using ActorPool.Core.Sizing;
using ActorPool.Core.Statements;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

// Statements: a connection that becomes free takes a batch of those that wait at that moment. None is assigned to a busy connection, and no connection
// waits for a batch to fill.
internal sealed partial class PoolState
{
    /// <summary>A statement whose caller has given up is cancelled at the server. If no answer comes for this long, its connection is ended.</summary>
    internal static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(2);

    /// <summary>How often a batch is looked at in which a caller has given up: the statement may have become the one that runs.</summary>
    internal static readonly TimeSpan LookAtBatchesEvery = TimeSpan.FromMilliseconds(250);

    private readonly TextPaces _paces;

    // The statements of a batch that is being made are in no list.
    private StatementBatch? _making;

    /// <summary>At most this many connections run statements at the same time.</summary>
    public int StatementConnections => PoolSize.ForStatements(_policy.StatementConnections, _size.Max);

    private int SlowConnections => Math.Max(1, StatementConnections - 1);

    private int UnusedConnections => StatementConnections - _slots.Count(SlotState.Working);

    private int UnusedSlowConnections => SlowConnections - _slots.SlowRuns;

    private int FreeForStatements => UnusedConnections - _waiting.Turns;

    private bool IsSlowFree => UnusedSlowConnections > _waiting.SlowTurns;

    /// <summary>
    /// Takes a statement: a connection runs it at once, or it waits (its state is then not <see cref="WaiterState.Done"/>), or it is refused. For a
    /// statement with a key, <see cref="Waiter.Entry"/> is set.
    /// </summary>
    public void Tell(ToldStatement statement, TimeSpan now)
    {
        var key = statement.Entry;
        if (key is not null)
            Keys.Know(key);
        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
        {
            RefuseNew(statement, Refusal.Closed);
            return;
        }

        statement.Order = ++_orders;
        statement.Since = now;
        _waiting.SetPace(statement);
        if (_policy.IdleTimeout > TimeSpan.Zero)
            TrimIdle(now);
        var timeout = statement.Timeout ?? _policy.StatementTimeout;
        if (MayRunAtOnce(statement) && PickIdle(key, null, now) is { State: SlotState.Idle } slot
            && !_connectionForKey.NeedsInitialization(slot, key) && _connectionForKey.TryMakeReady(slot, key, now))
        {
            RunAtOnce(slot, statement, timeout, now);
            return;
        }

        if (_waiting.Count >= _policy.MaxWaiting)
        {
            RefuseNew(statement, Refusal.TooManyWaiting, WhyRefused());
            return;
        }

        _alarm.By(_waiting.Add(statement, timeout));
        if (statement.State != WaiterState.Parked && (FreeForStatements > 0 || statement.State == WaiterState.Initializing))
            Serve(now);
    }

    /// <summary>The connection reports the end of a batch: <see cref="ToldStatement.End"/> of each of its statements is set.</summary>
    /// <param name="slot">The slot of the connection.</param>
    /// <param name="batch">The batch; a second report changes nothing.</param>
    /// <param name="condition">The condition of the connection.</param>
    /// <param name="now">The present time.</param>
    public void BatchEnded(Slot slot, StatementBatch batch, ReturnCondition condition, TimeSpan now)
    {
        if (batch.IsOver)
            return;
        batch.IsOver = true;
        foreach (var statement in batch.Statements)
            EndStatement(statement, now);
        var isCurrent = slot.State == SlotState.Working && ReferenceEquals(slot.Batch, batch);
        _waiting.EndBatch(batch);
        // From here on the slot may use the batch again.
        batch.Statements.Clear();
        if (isCurrent)
            EndWork(slot, condition, now);
        Serve(now);
    }

    private void EndWork(Slot slot, ReturnCondition condition, TimeSpan now)
    {
        // What becomes of the connection depends on the demand, and it still counts as working.
        if (IsLending)
            _waiting.AdmitStatements(UnusedConnections + 1, UnusedSlowConnections + (slot.Batch!.IsSlow ? 1 : 0));
        if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)
        {
            Abort(slot, CloseReason.Lost);
            ValidateIdle(now);
        }
        else if (WhyClose(slot, close: false, now) is { } reason)
        {
            Close(slot, reason);
        }
        else
        {
            Recycle(slot, condition, now);
        }
    }

    private void EndStatement(ToldStatement statement, TimeSpan now)
    {
        if (statement.IsOutcomeUnknown)
            _tally.Counts.StatementsUnknown++;
        var mayHaveRun = statement.End == StatementEnd.Repeat;
        if (statement.End == StatementEnd.Answered)
        {
            _tally.Counts.StatementsRun++;
            _paces.Learn(statement);
            _waiting.End(statement);
            statement.Released();
            return;
        }

        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
            RefuseUnrun(statement, mayHaveRun);
        else if (!statement.TryUnclaim())
            EndGivenUp(statement);
        else
        {
            _tally.Counts.StatementsRunAgain++;
            _waiting.QueueAgain(statement, mayHaveRun, alone: statement.End is StatementEnd.RunAgain or StatementEnd.Repeat);
        }
    }

    private void RefuseUnrun(ToldStatement statement, bool mayHaveRun)
    {
        WaitingRequests.NoteOutcome(statement, mayHaveRun);
        if (statement.TryUnclaim())
            Refuse(statement, Refusal.Closed);
        else
            EndGivenUp(statement);
    }

    /// <summary>Lets the waiting statements ask for connections.</summary>
    private void AdmitStatements() => _waiting.AdmitStatements(UnusedConnections, UnusedSlowConnections);

    private bool MayRunAtOnce(ToldStatement statement) =>
        _waiting.Demand == 0 && _waiting.NoStatementIsDue && FreeForStatements > 0 && IsLending && (statement.Pace != Pace.Slow || IsSlowFree)
        && statement.Entry is null or { IsBusy: false, HasWaiters: false, InitializingOn: null };
}

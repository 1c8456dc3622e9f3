using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

// Batches: a connection runs the statements that wait at the moment when it becomes free. A statement that runs is cancelled when its caller gives up.
internal sealed partial class PoolState
{
    /// <summary>Runs a batch on a connection that is ready for its first statement.</summary>
    /// <param name="slot">The slot of the connection.</param>
    /// <param name="turn">The oldest statement of a key, or the turn of the statements without a key.</param>
    /// <param name="now">The present time.</param>
    private void RunBatch(Slot slot, Waiter turn, TimeSpan now)
    {
        var batch = _making = BatchFor(slot);
        if (turn is StatementTurn ofLanes)
            _waiting.End(ofLanes);
        var share = Math.Clamp(_slots.Count(SlotState.Idle), 1, UnusedConnections);
        _waiting.BeginBatch(batch, turn as ToldStatement, share, IsSlowFree, EndGivenUp);
        if (batch.Statements.Count > 0)
            Run(slot, batch, now);
        else
            EndUnused(slot, batch, now);
        _making = null;
    }

    /// <summary>Nothing else waits for this connection: the statement is its own batch.</summary>
    private void RunAtOnce(Slot slot, ToldStatement statement, TimeSpan timeout, TimeSpan now)
    {
        var batch = BatchFor(slot);
        _alarm.By(_waiting.BeginBatch(batch, statement, timeout));
        if (statement.TryClaim())
        {
            Run(slot, batch, now);
            return;
        }

        batch.Statements.Clear();
        EndGivenUp(statement);
        EndUnused(slot, batch, now);
    }

    private void Run(Slot slot, StatementBatch batch, TimeSpan now)
    {
        batch.StartedAt = now;
        _slots.BeginBatch(slot, batch);
        _waiting.Bind(batch, slot);
        Sessions.Use(slot, batch.Key);
        WhenToTest.ForgetCheck(slot);
        _tally.Counts.Batches++;
        Effects.Add(new Effect(EffectKind.Run) { Slot = slot });
    }

    // The last batch of the same slot is used again: its end was reported, and the connection does not touch it after that.
    private static StatementBatch BatchFor(Slot slot)
    {
        if (slot.Batch is not { IsOver: true } batch)
            return new StatementBatch();
        batch.Renew();
        return batch;
    }

    /// <summary>The callers of all its statements have given up.</summary>
    private void EndUnused(Slot slot, StatementBatch batch, TimeSpan now)
    {
        batch.IsOver = true;
        // No first command follows with which the pending reset could be sent.
        if (slot.Session.IsResetPending && slot.State == SlotState.Idle)
            StartWork(slot, ConnectionWork.FullReset, now);
        if (batch.Key is not { } key)
            return;
        _waiting.PassTurn(key);
        Keys.Release(key);
    }

    /// <summary>The caller of a statement that was sent has given up: if it is the one that runs, it is cancelled.</summary>
    private void Abandon(ToldStatement statement, TimeSpan now)
    {
        _waiting.Abandon(statement);
        if (statement.RunsOn is { State: SlotState.Working } slot)
            LookAtBatch(slot, now);
    }

    private void LookAtBatches(TimeSpan now)
    {
        if (_slots.Count(SlotState.Working) == 0)
            return;
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.Working)
                LookAtBatch(slot, now);
        }
    }

    /// <summary>Cancels the statement that runs if its caller has given up, and ends a connection that does not answer the cancel request.</summary>
    private void LookAtBatch(Slot slot, TimeSpan now)
    {
        var batch = slot.Batch!;
        var running = batch.Running;
        if (running < batch.Statements.Count && batch.Statements[running].IsAbandoned)
        {
            if (batch.Cancelled != running)
            {
                (batch.Cancelled, batch.CancelledAt) = (running, now);
                Effects.Add(new Effect(EffectKind.CancelStatement) { Slot = slot, Index = running });
            }
            else if (now - batch.CancelledAt >= CancelPatience)
            {
                Abort(slot, CloseReason.Force);
                return;
            }
        }

        if (batch.Statements.Exists(statement => statement.IsAbandoned))
            _alarm.By(now + LookAtBatchesEvery);
    }
}

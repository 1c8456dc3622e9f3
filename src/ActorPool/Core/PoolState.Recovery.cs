using ActorPool.Core.Keys;
using ActorPool.Core.Leases;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

// Recovery: after a crash of the shell a new state takes over the slots of the old one, each by what was found in it. Leases go on; no request
// waits.
internal sealed partial class PoolState
{
    /// <param name="crashed">The state of the shell that crashed; not to be used again.</param>
    /// <param name="now">The present time.</param>
    public PoolState(PoolState crashed, TimeSpan now)
        : this(crashed._policy, crashed.Keys, now, crashed._random, crashed._probe, crashed._prependReset, crashed._slots.All)
    {
        _orders = crashed._orders;
        _collectAgainAt = crashed._collectAgainAt;
        _tally.Counts = crashed._tally.Counts.WithoutSizes();
        _size.Set(crashed._size.Min, crashed._size.Max);
        (IsPaused, _pausedAt) = (crashed.IsPaused, crashed._pausedAt);
        Phase = PoolPhase.Running;
        // The crashed shell answered the waiting requests: a later report about one changes nothing.
        foreach (var waiter in crashed.AllWaiting().ToArray())
            WaitingRequests.Abandon(waiter);
        Keys.Recover();
        foreach (var batch in crashed._waiting.Batches)
        {
            if (batch is { IsOrdered: true, IsOver: false })
                _waiting.Adopt(batch);
        }
    }

    /// <summary>Every request that waits, in the queue or behind another request of its key.</summary>
    public IEnumerable<Waiter> AllWaiting() =>
        _waiting.All(_slots.All.Select(slot => slot.Lease?.Key ?? slot.Operation?.InitializesFor).OfType<KeyEntry>()).Concat(_making?.Statements ?? []);

    /// <summary>Every statement of a batch whose end was not reported.</summary>
    public IEnumerable<Waiter> Running => _waiting.Batches.SelectMany(batch => batch.Statements);

    /// <summary>Takes over a slot. Call it for each slot, those with the oldest leases first.</summary>
    /// <param name="slot">The slot, as the crash left it.</param>
    /// <param name="fate">What was found in it.</param>
    /// <param name="now">The present time.</param>
    public void Adopt(Slot slot, SlotFate fate, TimeSpan now)
    {
        var key = LentConnections.Detach(slot, goesOn: fate == SlotFate.Lent);
        Sessions.Detach(slot);
        SlotTable.Detach(slot);
        switch (fate)
        {
            case SlotFate.Empty:
                _slots.Adopt(slot, SlotState.Free);
                break;
            case SlotFate.Lent:
                _slots.Adopt(slot, SlotState.InUse);
                _lent.Adopt(slot, key);
                if (key is not null)
                    Sessions.Adopt(slot, key);
                break;
            case SlotFate.Working:
                _slots.Adopt(slot, SlotState.Working);
                if (slot.Batch!.Key is { } worker)
                    Sessions.Adopt(slot, worker);
                break;
            case SlotFate.Sound:
                Sessions.Adopt(slot, null);
                StartWork(slot, _policy.ResetOnKeyChange || _policy.ResetOnReturn ? ConnectionWork.FullReset : ConnectionWork.Rollback, now);
                break;
            case SlotFate.Unsound:
                Abort(slot, CloseReason.Lost);
                break;
        }
    }

    /// <summary>All slots are adopted: the pool goes on.</summary>
    public void Recovered(TimeSpan now)
    {
        Keys.Recovered();
        _alarm.By(now);
        Serve(now);
    }
}

/// <summary>What a crash has left in a slot.</summary>
internal enum SlotFate : byte
{
    /// <summary>No connection.</summary>
    Empty,

    /// <summary>A lease that is out.</summary>
    Lent,

    /// <summary>A batch of statements that runs.</summary>
    Working,

    /// <summary>A connection that is not lent and has nothing in flight.</summary>
    Sound,

    /// <summary>A connection that must be closed, or is being closed.</summary>
    Unsound,
}

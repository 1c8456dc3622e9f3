using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

// Initializing sessions: the user's hook prepares a new session for a key. Unlike other work it is bound to the requests of that key: they leave
// the queue, so a slow hook delays no other request.
internal sealed partial class PoolState
{
    private void Initialize(Slot slot, KeyEntry key, TimeSpan now)
    {
        Sessions.BeginInitialization(slot, key);
        _waiting.LeaveQueue(key);
        StartWork(slot, ConnectionWork.Initialize, now, key);
    }

    /// <summary>The session is ready: the requests of its key get it. If none is left, the connection becomes idle, with the key's session.</summary>
    private void Initialized(Slot slot, KeyEntry key, TimeSpan now)
    {
        Sessions.Initialized(slot, key);
        var isWithheld = IsPaused || SlotTable.IsExpired(slot, now) || _size.IsOverMax;
        if (isWithheld)
            EndInitialization(key);
        while (slot.State is not (SlotState.InUse or SlotState.Working) && WaitingRequests.FirstInitializing(key) is { } waiter)
        {
            if (MayServeInitialized(waiter))
                Grant(slot, waiter, now);
            else
                EndInitialization(key);
        }

        // Only now: after a request that was given up, the next one of the key has the session.
        Sessions.EndInitialization(key);
        if (slot.State is SlotState.InUse or SlotState.Working)
            Serve(now);
        else
            BecomeIdle(slot, now, wasUsed: false);
        Keys.Release(key);
    }

    /// <summary>Meanwhile as many other connections may have begun to run statements as may do so. The statement then waits, and its key has the session.</summary>
    private bool MayServeInitialized(Waiter waiter)
    {
        if (waiter is not ToldStatement statement)
            return true;
        _waiting.SetPaceOfInitialized(statement);
        return UnusedConnections > 0 && (statement.Pace != Pace.Slow || UnusedSlowConnections > 0);
    }

    /// <summary>The hook failed: the requests whose turn it was get its error.</summary>
    private void RefuseInitializing(Slot slot, KeyEntry key, Exception error)
    {
        _slots.InFlight.EndInitialization(slot);
        Sessions.EndInitialization(key);
        for (var next = WaitingRequests.FirstInitializing(key); next is { } waiter;)
        {
            next = WaitingRequests.NextInTurn(waiter);
            Refuse(waiter, Refusal.ConnectFailed, error);
        }

        Keys.Release(key);
    }

    /// <summary>The key does not get this session after all: its requests return to their places in the queue.</summary>
    private void EndInitialization(KeyEntry key)
    {
        Sessions.EndInitialization(key);
        _waiting.ReturnToQueue(key);
        // The pool may have been made smaller, or paused, meanwhile.
        RefuseNoWait();
        Keys.Release(key);
    }
}

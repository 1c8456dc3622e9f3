using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

// The turns of the keys: of the requests for one key, the oldest is in the queue, or waits for the session that is being initialized for the key.
internal sealed partial class WaitingRequests
{
    /// <summary>A key that is not in use gives its turn to the oldest of its waiting requests.</summary>
    public void PassTurn(KeyEntry key)
    {
        if (key.IsBusy || !key.HasWaiters || key.Waiters.First is not { State: WaiterState.Parked } next)
            return;
        _parked--;
        if (key.InitializingOn is null)
        {
            // It keeps the rank of its arrival.
            if (next is ToldStatement statement)
                _statements.Hold(statement);
            else
                _queue.AddLate(next);
            return;
        }

        BeginInitialization(next);
    }

    private void BeginInitialization(Waiter waiter)
    {
        if (waiter.RunsStatements)
            _statements.Prepared(waiter);
        waiter.State = WaiterState.Initializing;
        _initializing++;
    }

    /// <summary>A session is being initialized for the key: the requests whose turn it is wait for that session alone.</summary>
    public void LeaveQueue(KeyEntry key)
    {
        var first = key.Waiters.First!;
        Leave(first);
        BeginInitialization(first);
        // From now on they have a connection, and cannot be refused as exhausted.
        for (var waiter = first; waiter is not null; waiter = NextInTurn(waiter))
            _noWait.Remove(waiter);
    }

    /// <summary>The key does not get that session after all: its requests return to their places in the queue.</summary>
    public void ReturnToQueue(KeyEntry key)
    {
        if (FirstInitializing(key) is not { } first)
            return;
        _initializing--;
        if (first is ToldStatement statement)
        {
            NoteTurnLeft(first);
            _statements.Hold(statement);
            return;
        }

        _queue.AddLate(first);
        for (var waiter = first; waiter is not null; waiter = NextInTurn(waiter))
        {
            if (waiter.IsNoWait)
                _noWait.AddLast(waiter);
        }
    }

    /// <summary>The oldest request for whose key a session is being initialized; the others are parked behind it.</summary>
    public static Waiter? FirstInitializing(KeyEntry key) =>
        key.HasWaiters && key.Waiters.First is { State: WaiterState.Initializing } waiter ? waiter : null;

    /// <summary>The next request that shares the turn of this one; null when it is the last.</summary>
    public static Waiter? NextInTurn(Waiter waiter) =>
        waiter is { IsExclusive: false, Entry: { } key } && key.Waiters.After(waiter) is { IsExclusive: false } next ? next : null;
}

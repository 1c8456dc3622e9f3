using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core;

// Serving the queue: waiting requests get the connections that are there, and work is started for the rest.
internal sealed partial class PoolState
{
    /// <summary>
    /// Serves the queue from the idle connections, and starts work for the rest: round trips first, then opens,
    /// then the sessions of other keys. Work is not bound to a request: when it ends, its connection serves the oldest request of that moment.
    /// So no request waits behind a stuck operation. Takes at most one step per slot, however many requests wait.
    /// </summary>
    /// <param name="now">The present time.</param>
    /// <param name="offered">A connection that has just become idle: it is preferred to one that needs work first, unless it holds another key's session.</param>
    private void Serve(TimeSpan now, Slot? offered = null)
    {
        EndStopIfDue(now);
        if (Phase is PoolPhase.Stopping or PoolPhase.Closed)
            return;
        if (IsLending)
        {
            ServeReady(now, offered);
            OpenForWaiting(now);
            TakeOver(now, offered);
        }

        OpenForMin(now);
        _size.NoteMinimum(KeepsMin, now);
        if (_isStuck && NeedsPlace)
            _alarm.By(now);
    }

    private void ServeReady(TimeSpan now, Slot? offered)
    {
        while (true)
        {
            AdmitStatements();
            if (_waiting.First is not { } first)
                return;
            var slot = OrJustReady(PickIdle(first.Entry, offered, now), offered, first, now);
            if (slot is { State: SlotState.Idle } && _connectionForKey.TryMakeReady(slot, first.Entry, now))
            {
                Lend(slot, first, now);
                continue;
            }

            // The first SoonReady requests get the connections whose reset or validation is in flight. Start work for the next one.
            if (_waiting.Demand <= _slots.InFlight.SoonReady || _waiting.ElementAt(_slots.InFlight.SoonReady) is not { } waiter)
                return;
            slot = PickIdle(waiter.Entry, offered, now);
            // That request waits for its key's session: prepare an idle connection for the first request instead.
            if (slot is null && _connectionForKey.IsKeySessionBusy(waiter.Entry))
                (slot, waiter) = (PickIdle(first.Entry, offered, now), first);
            if (slot is { State: not SlotState.Idle })
            {
                // The preferred connection is still being reset. If another is idle, lend that one to the oldest request.
                (slot, waiter) = (OrJustReady(NextIdle(slot, now), offered, first, now), first);
                if (slot is not null && _connectionForKey.TryMakeReady(slot, first.Entry, now))
                {
                    Lend(slot, first, now);
                    continue;
                }
            }

            if (slot is null)
                return;
            var work = _connectionForKey.NeededWork(slot, waiter.Entry, now);
            if (work == ConnectionWork.None)
                return;
            MakeReady(slot, work, now);
        }
    }

    /// <summary>
    /// Prefers the connection that just became ready to one that needs work. Otherwise the pool would validate one after another and never lend
    /// any.
    /// </summary>
    private Slot? OrJustReady(Slot? slot, Slot? offered, Waiter waiter, TimeSpan now) =>
        offered is { State: SlotState.Idle } && _slots.Idle.IsCommon(offered)
        && slot is { State: SlotState.Idle } && !ReferenceEquals(slot, _connectionForKey.IdleSessionOf(waiter.Entry)) && _connectionForKey.NeededWork(slot, waiter.Entry, now) != ConnectionWork.None
            ? offered
            : slot;

    /// <summary>As <see cref="OrJustReady"/>, for another key's session: it was validated for the request that takes it over.</summary>
    private bool IsJustTested(Slot? offered, TimeSpan now) =>
        offered is { State: SlotState.Idle, Connection: { } connection } && connection.HeardAt == now && connection.IdleSince < now && _slots.Idle.IsOwned(offered);

    private void OpenForWaiting(TimeSpan now)
    {
        while (_waiting.Demand > _slots.InFlight.SoonReady + _slots.InFlight.SoonOpen && CanOpen(now))
            StartOpen(now);
    }

    /// <summary>When nothing else is left, the waiting requests get the sessions of other keys, the least recently used key's first.</summary>
    private void TakeOver(TimeSpan now, Slot? offered)
    {
        while (_waiting.First is { } first && _waiting.Demand > _slots.InFlight.SoonReady + _slots.InFlight.SoonOpen && PickTakeOver(now) is { } oldest)
        {
            var slot = IsJustTested(offered, now) && _connectionForKey.NeededWork(oldest, first.Entry, now) != ConnectionWork.None ? offered! : oldest;
            // Its key's session is ready in a moment.
            if (_connectionForKey.IsKeySessionBusy(first.Entry))
                return;
            // A new connection is better while there is room, unless opens are slow or pause after a failure.
            if (_size.HasRoom && !IsBackingOff(now) && !_slots.InFlight.AnyOpenIsSlow)
                return;
            if (!_connectionForKey.TryMakeReady(slot, first.Entry, now))
            {
                MakeReady(slot, _connectionForKey.NeededWork(slot, first.Entry, now), now);
                continue;
            }

            Lend(slot, first, now);
            // The key of the next request may have an idle session.
            ServeReady(now, null);
        }
    }

    private Slot? PickTakeOver(TimeSpan now)
    {
        while (_connectionForKey.LeastRecentlyOwned is { } slot)
        {
            if (!SlotTable.IsExpired(slot, now))
                return slot;
            CloseExpired(slot, now);
        }

        return null;
    }

    /// <summary>The first idle connection behind one that is being reset.</summary>
    private Slot? NextIdle(Slot slot, TimeSpan now)
    {
        Slot? next = slot;
        while (next is { } passed && (passed.State != SlotState.Idle || SlotTable.IsExpired(passed, now)))
        {
            next = _slots.Idle.After(passed);
            if (passed.State == SlotState.Idle)
                CloseExpired(passed, now);
        }

        return next;
    }

    private void CloseExpired(Slot slot, TimeSpan now)
    {
        Close(slot, CloseReason.Expired);
        // The next sweep refills the pool to its minimum.
        _alarm.By(now);
    }

    private void MakeReady(Slot slot, ConnectionWork work, TimeSpan now)
    {
        if (work.Has(ConnectionWork.FullReset))
            Sessions.Disown(slot);
        StartWork(slot, work, now);
    }

    /// <summary>Lends the connection, or has its session initialized for the key first.</summary>
    private void Lend(Slot slot, Waiter waiter, TimeSpan now)
    {
        if (_connectionForKey.NeedsInitialization(slot, waiter.Entry))
            Initialize(slot, waiter.Entry!, now);
        else
            Grant(slot, waiter, now);
    }
}

using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

/// <summary>What is true after every step, whatever the step was.</summary>
internal static class Invariants
{
    public static void Check(PoolState state, Ledger ledger, PoolSettings settings, TimeSpan now, TimeSpan drainDeadline)
    {
        Unless(state.Violation() is null, $"a room is not sound: {state.Violation()}");
        CheckCounts(state, ledger, settings);
        if (ledger.IsPaused && state.Phase == PoolPhase.Running && settings.AcquireTimeout == TimeSpan.Zero)
            Unless(!ledger.Waiting.Exists(waiter => !waiter.Gone && waiter.Timeout is null && !ledger.IsPrepared(waiter.Key)), $"a request waits for the end of a pause, and must not");
        if (state.Phase == PoolPhase.Running && !ledger.IsPaused)
            CheckThatNoRequestIsForgotten(state, ledger, settings, now);
        foreach (var (what, whose, at) in ledger.Due(state.Phase, drainDeadline))
            Unless(state.WakeAt <= at || state.WakeAt <= now, $"the pool sleeps until {state.WakeAt} past {what} {whose} at {at}");
    }

    /// <summary>What is due must have been done by a sweep, and another must not be called for at once.</summary>
    public static void CheckAfterSweep(PoolState state, Ledger ledger, TimeSpan now, TimeSpan drainDeadline)
    {
        foreach (var (what, whose, at) in ledger.Due(state.Phase, drainDeadline))
            Unless(at > now, $"a sweep at {now} left {what} {whose}, due at {at}");
        Unless(state.WakeAt > now, $"a sweep at {now} wants another at {state.WakeAt}: a busy loop");
    }

    private static void CheckCounts(PoolState state, Ledger ledger, PoolSettings settings)
    {
        var counts = state.Counts;
        foreach (var slot in ledger.Slots)
            Unless(slot.Slot.State == slot.Expected, $"slot {slot.Slot.Index} is {slot.Slot.State}, by the effects {slot.Expected}");
        Unless(Count(SlotState.Idle) == counts.Idle, $"{counts.Idle} idle are counted");
        Unless(Count(SlotState.InUse) == counts.InUse, $"{counts.InUse} in use are counted");
        Unless(Count(SlotState.Opening) == counts.Opening, $"{counts.Opening} opening are counted");
        Unless(Count(SlotState.Resetting) == counts.Resetting, $"{counts.Resetting} resetting are counted");
        Unless(Count(SlotState.Validating) == counts.Validating, $"{counts.Validating} validating are counted");
        Unless(Count(SlotState.Closing) == counts.Closing, $"{counts.Closing} closing are counted");
        Unless(Count(SlotState.Working) == counts.Working, $"{counts.Working} working are counted");
        Unless(counts.Open == counts.Idle + counts.InUse + counts.Working + counts.Resetting + counts.Validating + counts.Closing, $"open is not its parts");
        Unless(counts.Opened - counts.Closed == counts.Open - state.Slots.Count(slot => slot is { State: SlotState.Closing, Connection: null }), $"{counts.Opened} opened and {counts.Closed} closed do not make {counts.Open}");
        Unless(counts.Taken <= ledger.Limit && counts.Taken == ledger.Taken, $"{counts.Taken} of {ledger.Limit} places are taken");
        Unless(counts.Waiting == ledger.Waiting.Count && counts.Waiting <= settings.MaxWaiting, $"{counts.Waiting} waiting are counted, {ledger.Waiting.Count} wait");
        CheckStatementCounts(counts, ledger);
        var keysInUse = ledger.Slots.Count(slot => slot is { State: Physical.Working, Work: ConnectionWork.Initialize }) + ledger.Slots.Count(slot => slot is { IsLent: true, LentKey: not null }) + ledger.Waiting.Count(waiter => waiter.Key is not null)
            + ledger.Told.Count(statement => statement.Key is not null) + ledger.Batches.Count(batch => batch.Key is not null);
        Unless(state.Keys.Count <= settings.KeyMemory + keysInUse, $"{state.Keys.Count} keys are remembered");
        Unless(state.Keys.All.All(entry => entry.IsKnown) && state.Keys.All.Count() == state.Keys.Count, $"the table has {state.Keys.All.Count()} keys, and the core uses {state.Keys.Count}");
        Unless(!state.IsEmpty || ledger.AllClosed, $"the pool is closed and empty and did not say so");

        int Count(SlotState wanted) => state.Slots.Count(slot => slot.State == wanted);
    }

    private static void CheckStatementCounts(in PoolCounts counts, Ledger ledger)
    {
        Unless(counts.StatementsWaiting == ledger.Told.Count, $"{counts.StatementsWaiting} waiting statements are counted, {ledger.Told.Count} wait");
        var running = ledger.Batches.Sum(batch => batch.Statements.Length);
        Unless(counts.StatementsRunning == running, $"{counts.StatementsRunning} running statements are counted, {running} run");
        Unless(counts.StatementsUnknown == ledger.StatementsUnknown, $"{counts.StatementsUnknown} unknown outcomes are counted, {ledger.StatementsUnknown} were");
        Unless(counts.StatementsRun == ledger.StatementsRun && counts.StatementsRunAgain == ledger.StatementsRunAgain && counts.Batches == ledger.BatchesBegun,
            $"{counts.StatementsRun} statements, {counts.StatementsRunAgain} again in {counts.Batches} batches are counted, {ledger.StatementsRun}, {ledger.StatementsRunAgain} and {ledger.BatchesBegun} were");
    }

    private static void CheckThatNoRequestIsForgotten(PoolState state, Ledger ledger, PoolSettings settings, TimeSpan now)
    {
        // In a pool that does not wait for others, the connection whose turn it is may still be resetting.
        var inTurn = settings.AcquireTimeout == TimeSpan.Zero && ledger.Count(Physical.Working) > 0;
        if (!inTurn && ledger.Heads().FirstOrDefault() is { } next)
            Unless(!ledger.Slots.Any(slot => ledger.IsReadyFor(next.Key, slot, now)), $"{next.Name} waits while a connection is ready for it");
        var opening = ledger.Count(Physical.Opening);
        var unserved = ledger.SureDemand - ledger.SoonReady - ledger.SoonOpen;
        if (unserved <= 0)
            return;
        var first = ledger.Heads().FirstOrDefault()?.Name ?? "a statement that was given up";
        var free = settings.MaxConnections - ledger.Taken;
        var backingOff = ledger.ConnectFailures > 0 && now < ledger.NextAttempt(state.Phase);
        var limit = ledger.ConnectFailures > 0 ? 1 : settings.MaxConcurrentOpens;
        Unless(free <= 0 || opening >= limit || backingOff || state.WakeAt <= now, $"{first} waits while a connection could be opened");
        // One that is ready for a later request only may lie there while the first one's is made ready.
        var underWay = ledger.Count(Physical.Working) > 0 && !AnyIdleServesAnybody(settings);
        Unless(!ledger.Slots.Any(slot => slot.IsIdle) || (free > 0 && opening >= limit) || underWay, $"{first} waits while a connection lies idle");
        Unless(!Exhausted(), $"{first} waits while all are lent, and must not");

        // A request whose session is being initialized had its turn.
        bool Exhausted() => ledger.Lent >= settings.MaxConnections
            && ledger.Waiting.Exists(waiter => !waiter.Gone && !ledger.IsPrepared(waiter.Key) && (waiter.Timeout ?? settings.AcquireTimeout) == TimeSpan.Zero);
    }

    private static bool AnyIdleServesAnybody(PoolSettings settings) =>
        settings is { DiscardOnKeyChange: false, KeyAffinity: KeyAffinity.WhileHeld } && settings.ValidateAfterIdle < TimeSpan.Zero;
}

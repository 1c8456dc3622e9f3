using ActorPool.Core.Health;
using ActorPool.Core.Slots;
using ActorPool.Core.Waiting;

namespace ActorPool.Tests.Core.Support;

internal sealed partial class Ledger
{
    /// <summary>When a request has waited for long enough.</summary>
    public TimeSpan DueOf(TestWaiter waiter)
    {
        var patience = waiter.Timeout ?? settings.AcquireTimeout;
        if (patience < TimeSpan.Zero)
            return TimeSpan.MaxValue;
        return waiter.Since + (patience == TimeSpan.Zero ? settings.ConnectTimeout : patience);
    }

    /// <summary>All that the clock will bring: what, of whom, and when.</summary>
    public IEnumerable<(string What, object? Of, TimeSpan At)> Due(PoolPhase phase, TimeSpan stopDeadline)
    {
        if (phase == PoolPhase.Closed)
            yield break;
        if (phase == PoolPhase.Stopping)
            yield return ("the end of the stop", null, stopDeadline);
        foreach (var waiter in Waiting)
            yield return ("the deadline", waiter, DeadlineWheel.TickEnd(DueOf(waiter)));
        foreach (var due in DueOfStatements())
            yield return due;
        foreach (var slot in Slots)
        {
            if (slot.IsIdle && slot.Slot.Connection!.ExpiresAt < TimeSpan.MaxValue)
                yield return ("the end of life", slot, slot.Slot.Connection!.ExpiresAt);
            if (slot.IsLent && settings.MaxHoldTime is { } most)
                yield return ("the end of the hold", slot, slot.LentAt + most);
            if (settings.AcquireTimeout != TimeSpan.Zero && slot is ({ State: Physical.Opening } or { State: Physical.Working, Work: not ConnectionWork.Initialize }) && slot.Slot.Operation is { IsSlow: false })
                yield return ("the slowness", slot, slot.StartedAt + Operations.SlowAfter);
            if (slot.IsIdle && settings.ValidateIdleEvery is { } every && Slots.Count(other => other is { State: Physical.Working, Slot.State: SlotState.Validating }) < WhenToTest.MostTests)
                yield return ("the test", slot, slot.HeardAt + every);
            if (IsStuck(slot, phase))
                yield return ("the end of patience", slot, slot.StartedAt + settings.ValidateTimeout * (slot.Work.HasFlag(ConnectionWork.Validate) ? 2 : 1));
            if (slot is { IsLent: true, LeakWarned: false } && settings.LeakWarningAfter is { } patience)
                yield return ("the leak warning", slot, slot.LentAt + patience);
        }

        if (settings.CollectWhenStarved && phase == PoolPhase.Running && !IsPaused && Lent >= settings.MaxConnections && Slots.Exists(slot => slot.Slot.Lease is { HasUnwatchedBorrower: true }) && Heads().FirstOrDefault() is { } starved)
            yield return ("the collection", null, CollectionDue(starved));
        if (settings.IdleTimeout > TimeSpan.Zero && Slots.Count(slot => slot.IsIdle) > settings.MinConnections)
            yield return ("the trim of the oldest idle one", null, Slots.Where(slot => slot.IsIdle).Min(slot => slot.Slot.Connection!.IdleSince) + settings.IdleTimeout);
        if (phase is PoolPhase.Starting or PoolPhase.Running && !IsPaused && WantsToOpen(phase) && ConnectFailures > 0)
            yield return ("the next attempt to open", null, NextAttempt(phase));
    }

    private TimeSpan DueOf(TestStatement statement) =>
        statement.Timeout is { } patience ? (patience < TimeSpan.Zero ? TimeSpan.MaxValue : statement.Since + patience)
        : settings.Pipeline.Timeout < TimeSpan.Zero ? TimeSpan.MaxValue : statement.Since + settings.Pipeline.Timeout;

    /// <summary>Deadlines of statements, also of those that run; the cancel of a given-up one that runs, and the end of a connection that does not obey.</summary>
    private IEnumerable<(string What, object? Of, TimeSpan At)> DueOfStatements()
    {
        foreach (var statement in Told.Concat(Batches.SelectMany(batch => batch.Statements)).Where(statement => statement.HeardGoneAt is null))
            yield return ("the deadline", statement, DeadlineWheel.TickEnd(DueOf(statement) > _crashedAt ? DueOf(statement) : _crashedAt));
        foreach (var slot in Slots)
        {
            if (slot.Batch is not { Head: { HeardGoneAt: { } gone } head } batch)
                continue;
            if (batch.Cancelled == batch.Batch.Running)
                yield return ("the end of patience", batch, batch.CancelledAt + PoolState.CancelPatience + PoolState.LookAtBatchesEvery);
            else
                yield return ("the cancel", head, (gone > batch.HeadSince ? gone : batch.HeadSince) + PoolState.LookAtBatchesEvery);
        }
    }

    private TimeSpan CollectionDue(IArrival oldest)
    {
        var starved = new[] { oldest.Since }.Concat(Slots.Select(slot => slot.LentAt)).Max() + PoolState.StarvedAfter;
        return _collectedAt + PoolState.CollectAtMostEvery is { } again && again > starved ? again : starved;
    }

    /// <summary>It holds a place, and a request waits for which nothing else will become free.</summary>
    private bool IsStuck(SlotLedger slot, PoolPhase phase) =>
        phase == PoolPhase.Running && !IsPaused && Taken >= settings.MaxConnections && SureDemand > Count(Physical.Closing) + SoonOpen + (settings.AcquireTimeout == TimeSpan.Zero ? 0 : SoonReady)
        && slot is { State: Physical.Working, Slot.State: SlotState.Resetting } && (slot.Work & (ConnectionWork.OnReturn | ConnectionWork.Check | ConnectionWork.Initialize)) == 0;

    /// <summary>An open is wanted, and nothing in flight leads to one.</summary>
    public bool WantsToOpen(PoolPhase phase)
    {
        if (Count(Physical.Opening) > 0 || Taken >= settings.MaxConnections)
            return false;
        var forMin = Taken - Count(Physical.Closing) < settings.MinConnections && (settings.KeepMin || phase == PoolPhase.Starting);
        return forMin || (phase == PoolPhase.Running && SureDemand > Count(Physical.Working) - Slots.Count(slot => slot is { State: Physical.Working, Work: ConnectionWork.Initialize }));
    }

    public TimeSpan NextAttempt(PoolPhase phase)
    {
        var backoff = settings.ReconnectBackoff;
        var pause = backoff.Min * Math.Pow(2, Math.Min(ConnectFailures - 1, 20));
        if (pause > backoff.Max)
            pause = backoff.Max;
        if (pause > TimeSpan.FromSeconds(1) && (Waiting.Count + Told.Count > 0 || phase == PoolPhase.Starting))
            pause = TimeSpan.FromSeconds(1);
        return LastFailure + pause;
    }
}

using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core;

// The clock: deadlines, idle times, ages, holds, background tests, the next attempt to open, and the moment at which the pool has to be woken.
internal sealed partial class PoolState
{
    /// <summary>A pool is starved when all connections are lent, and for this long the oldest request has waited and no lease has begun.</summary>
    internal static readonly TimeSpan StarvedAfter = TimeSpan.FromSeconds(5);

    /// <summary>The shortest time between two collections, since each stops the application for a moment.</summary>
    internal static readonly TimeSpan CollectAtMostEvery = TimeSpan.FromMinutes(1);

    private const int DueAtOnce = 1000;

    private readonly List<Waiter> _due = [];
    private TimeSpan _collectAgainAt = TimeSpan.MinValue;

    /// <summary>The latest time of the next call of <see cref="Sweep"/>; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan WakeAt => _waiting.Demand == 0 ? _alarm.At : Time.Earlier(_alarm.At, StarvedAt);

    /// <summary>Does what is due by the clock.</summary>
    public void Sweep(TimeSpan now)
    {
        _due.Clear();
        var allDue = _waiting.TakeDue(now, DueAtOnce, _due);
        foreach (var waiter in _due)
            Expire(waiter, now);
        _shortage = null;
        TrimIdle(now);
        EndLifetimes(now);
        CheckHolds(now);
        LookAtBatches(now);
        // Only now: a request that joins is not due as well, and its lease does not end in this sweep.
        foreach (var waiter in _due)
            JoinBehind(waiter);
        TestIdle(now);
        _slots.InFlight.FindSlow(_slots.All, now);
        _alarm.Clear();
        _isStuck = false;
        Serve(now);
        while (GiveUpStuck(now))
        {
            _isStuck = false;
            Serve(now);
        }

        CollectWhenStarved(now);
        _alarm.By(allDue ? NextWake(now) : now);
    }

    /// <summary>Closes idle connections beyond the minimum that were idle for too long, the oldest first.</summary>
    private void TrimIdle(TimeSpan now)
    {
        while (_size.IdleTooLong(now) is { } slot && !IsKeptForNext)
            Close(slot, CloseReason.Idle);
    }

    private void TrimOrWakeFor(Slot slot, TimeSpan now)
    {
        if (_size.TrimAt is not { } due)
            return;
        if (IsKeptForNext)
            _alarm.By(now + Operations.SlowAfter);
        else if (_policy.IdleTimeout == TimeSpan.Zero)
            Close(slot, CloseReason.Surplus);
        else
            _alarm.By(due);
    }

    /// <summary>With <c>idle-timeout = 0s</c>, an idle connection is kept for the next request while the oldest one waits for its key's session.</summary>
    private bool IsKeptForNext =>
        _policy.IdleTimeout == TimeSpan.Zero && IsLending
        && _waiting.Demand > _slots.InFlight.SoonReady && _connectionForKey.IsKeySessionBusy(_waiting.First!.Entry);

    private void EndLifetimes(TimeSpan now)
    {
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.Idle && now >= slot.Connection!.ExpiresAt)
                Close(slot, CloseReason.Expired);
        }
    }

    /// <summary>Reports leases that are held for long, each once, and ends those held for too long.</summary>
    private void CheckHolds(TimeSpan now)
    {
        while (_lent.HeldTooLong(now) is { } slot)
            EndByForce(slot, LeaseEnd.HeldTooLong);
        foreach (var slot in _lent.TakeLeaks(now))
            Effects.Add(new Effect(EffectKind.LeakWarning) { Slot = slot });
    }

    /// <summary>
    /// When the pool asks for a garbage collection; <see cref="TimeSpan.MaxValue"/> while it is not starved. A collection finds forgotten leases,
    /// and an idle process makes none by itself. The leases of actors end with them and need no collection.
    /// </summary>
    private TimeSpan StarvedAt =>
        _policy.CollectWhenStarved && _lent.HasUnwatched && _waiting.First is { } oldest && IsLending && _lent.Count >= _size.Max
            // Each return would have served the oldest request, with a new lease.
            ? Time.Later(Time.Later(oldest.Since, _lent.YoungestSince!.Value) + StarvedAfter, _collectAgainAt)
            : TimeSpan.MaxValue;

    private void CollectWhenStarved(TimeSpan now)
    {
        if (now < StarvedAt)
            return;
        _collectAgainAt = now + CollectAtMostEvery;
        Effects.Add(new Effect(EffectKind.Collect));
    }

    private TimeSpan NextWake(TimeSpan now)
    {
        var wake = _waiting.NextDeadline;
        if (_size.TrimAt is { } trim)
            wake = Time.Earlier(wake, _policy.IdleTimeout == TimeSpan.Zero ? now + Operations.SlowAfter : trim);
        if (Phase == PoolPhase.Stopping)
            wake = Time.Earlier(wake, _stopDeadline);
        foreach (var slot in _slots.All)
            wake = Time.Earlier(wake, NextWakeOf(slot, now));
        return wake;
    }

    private TimeSpan NextWakeOf(Slot slot, TimeSpan now)
    {
        if (slot.State == SlotState.Idle)
            return Time.Earlier(Time.Earlier(slot.Connection!.ExpiresAt, _whenToTest.NextProbe), _whenToTest.WakeForTestOf(slot));
        if (slot.State == SlotState.Working)
            return slot.Batch!.Statements.Exists(statement => statement.IsAbandoned) ? now + LookAtBatchesEvery : TimeSpan.MaxValue;
        if (slot.State == SlotState.InUse)
            return _lent.CheckAt(slot);
        if (slot.Operation is null)
            return TimeSpan.MaxValue;
        var slow = _slots.InFlight.SlowAt(slot);
        return slot.State == SlotState.Resetting && _whenToTest.StuckAt(slot) is var stuck && stuck > now ? Time.Earlier(slow, stuck) : slow;
    }
}

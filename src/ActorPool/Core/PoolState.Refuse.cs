using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core;

// Refusing requests, and why. One sweep collects the facts once for all requests that it refuses; the text is made where the error is read.
internal sealed partial class PoolState
{
    // Why there is a shortage: the same for all requests that one sweep expires.
    private Shortage? _shortage;

    /// <summary>Counts a refusal that the shell decided.</summary>
    public void CountRefusal(Refusal refusal) => _tally.Counts.Of(refusal)++;

    private void RefuseNew(Waiter waiter, Refusal refusal, Shortage? why = null)
    {
        if (waiter.Entry is { } key)
            Keys.Release(key);
        Refuse(waiter, refusal, why: why);
    }

    private void RefuseAllWaiting(Refusal refusal, Exception? cause)
    {
        // Parked requests enter the queue as the ones before them leave it.
        while (_waiting.NextToRefuse() is { } waiter)
            Refuse(waiter, refusal, cause);
        foreach (var slot in _slots.All)
        {
            if ((slot.Lease?.Key ?? slot.Operation?.InitializesFor) is { } key)
                RefuseAllWaiting(key, refusal, cause);
        }

        foreach (var key in _waiting.RunningKeys)
            RefuseAllWaiting(key, refusal, cause);
    }

    private void RefuseAllWaiting(KeyEntry key, Refusal refusal, Exception? cause)
    {
        while (key is { HasWaiters: true, Waiters.First: { } waiter })
            Refuse(waiter, refusal, cause);
    }

    /// <summary>Refuses the requests that wait for no other borrower, nor for the end of a pause.</summary>
    private void RefuseNoWait()
    {
        if (_waiting.FirstNoWait is null || !(IsPaused || _size.IsAllLent))
            return;
        var why = WhyRefused();
        while (_waiting.FirstNoWait is { } first)
            Refuse(first, IsPaused ? Refusal.Timeout : Refusal.Exhausted, why: why);
    }

    private void Refuse(Waiter waiter, Refusal refusal, Exception? cause = null, Shortage? why = null)
    {
        _waiting.End(waiter);
        CountRefusal(refusal);
        if (waiter is ToldStatement { MayHaveRun: true })
            _tally.Counts.StatementsUnknown++;
        Effects.Add(new Effect(EffectKind.Refuse) { Waiter = waiter, Refusal = refusal, Cause = cause, Why = why });
        UnwatchIfDone(waiter.Borrower);
    }

    /// <summary>The deadline of a waiting request has passed.</summary>
    private void Expire(Waiter waiter, TimeSpan now)
    {
        if (waiter is ToldStatement { State: WaiterState.Running } statement)
        {
            Effects.Add(new Effect(EffectKind.Late) { Waiter = waiter });
            Abandon(statement, now);
            return;
        }

        var why = WhyWaiting(waiter, now);
        if (why.IsAboutOpens && !_size.IsAllLent && _backoff.LastError is { } error)
            Refuse(waiter, Refusal.ConnectFailed, error);
        else
            Refuse(waiter, Refusal.Timeout, why: why);
    }

    /// <summary>Why a waiting request was not served. Reads every slot, at most once in a sweep.</summary>
    private Shortage WhyWaiting(Waiter waiter, TimeSpan now)
    {
        if (!IsPaused && waiter is { State: WaiterState.Parked, Entry.HeldBy: { } held })
            return KeyInUse(held);
        if (!IsPaused && waiter is { State: WaiterState.Parked, Entry.RunsIn: { } batch })
            return new Shortage(Hindrance.KeyInUse) { Since = batch.StartedAt };
        if (waiter.Entry?.InitializingOn?.Operation is { } operation)
            return new Shortage(Hindrance.SessionNotReady) { Since = operation.StartedAt };
        return _shortage ??= WhyShort(now);
    }

    /// <summary>Why a request that does not wait is refused. Takes constant time.</summary>
    private Shortage WhyRefused(KeyEntry? awaited = null)
    {
        if (IsPaused)
            return new Shortage(Hindrance.Paused) { Since = _pausedAt };
        return awaited?.HeldBy is { } held ? KeyInUse(held) : Lent();
    }

    private Shortage WhyShort(TimeSpan now)
    {
        if (IsPaused)
            return WhyRefused();
        var (work, open) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        foreach (var slot in _slots.All)
        {
            if (slot is { State: SlotState.Opening, Operation: { } opening })
                open = Time.Earlier(open, opening.StartedAt);
            else if (slot.Operation is { InitializesFor: null } roundTrip)
                work = Time.Earlier(work, roundTrip.StartedAt);
            else if (slot.Closing?.UnansweredSince is { } unanswered)
                work = Time.Earlier(work, unanswered);
        }

        var lent = Lent() with { HeldByWaiters = _lent.CountHeldByWaiters() };
        if (_size.IsAllLent)
            return lent;
        if (work <= now - Operations.SlowAfter)
            return lent with { Hindrance = Hindrance.NotAnswering, Since = work };
        if (open == TimeSpan.MaxValue)
            return lent;
        var isLimited = open > now - Operations.SlowAfter && _size.IsLimitedByOpens;
        return lent with { Hindrance = isLimited ? Hindrance.OpensLimited : Hindrance.OpensSlow, Since = open };
    }

    private Shortage Lent() => new(Hindrance.Lent) { Holders = _lent.LongestHeld(), LastLentAt = _lent.YoungestSince };

    private static Shortage KeyInUse(Slot slot) => new(Hindrance.KeyInUse) { Since = slot.LentAt, Holders = [slot], LastLentAt = slot.LentAt };
}

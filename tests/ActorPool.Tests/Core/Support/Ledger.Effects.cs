using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

internal sealed partial class Ledger
{
    public void Write(in Effect effect, TimeSpan now)
    {
        var slot = effect.Slot is { } at ? Slots[at.Index] : null!;
        var waiter = (effect.Waiter as TestWaiter)!;
        Unless(!AllClosed || effect.Kind is EffectKind.Refuse or EffectKind.Unwatch, $"{effect.Kind} after all is closed");
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                Grant(slot, waiter, now);
                break;
            case EffectKind.Join:
                Unless(slot.IsLent && waiter.Key is not null && Equals(slot.LentKey, waiter.Key), $"{waiter.Name} joins a lease that is not its key's");
                Unless(!slot.LentAlone && !IsAlone(waiter), $"{waiter.Name} joins a lease, and one of the two is exclusive");
                CheckNotOvertaking(waiter);
                Answered(waiter, EffectKind.Join);
                Hold(slot, waiter);
                break;
            case EffectKind.Run:
                Run(slot, now);
                break;
            case EffectKind.CancelStatement:
                Cancel(slot, effect.Index, now);
                break;
            case EffectKind.Late:
                Late((TestStatement)effect.Waiter!, now);
                break;
            case EffectKind.Unanswered:
                Unanswered((TestStatement)effect.Waiter!, now);
                break;
            case EffectKind.Refuse when effect.Waiter is TestStatement statement:
                Refuse(statement, effect, now);
                break;
            case EffectKind.Refuse:
                Refuse(waiter, effect, now);
                break;
            case EffectKind.Open:
                Open(slot, now);
                break;
            case EffectKind.Work:
                Unless(slot.IsIdle, $"slot {slot.Slot.Index}: {effect.Work} on a connection that is not idle ({slot.Expected})");
                Unless(effect.Work != ConnectionWork.None, $"slot {slot.Slot.Index}: work without a name");
                slot.State = Physical.Working;
                slot.IsResetPending = false;
                slot.InTest = effect.Work == ConnectionWork.Validate;
                slot.Work = effect.Work;
                slot.StartedAt = now;
                if (effect.Work == ConnectionWork.Initialize)
                    Initialize(slot);
                break;
            case EffectKind.Close:
                Unless(slot.IsIdle, $"slot {slot.Slot.Index}: Close of a connection that is not idle ({slot.Expected})");
                slot.State = Physical.Closing;
                break;
            case EffectKind.Abort:
                Unless(slot.State != Physical.None && !slot.IsLent, $"slot {slot.Slot.Index}: Abort of {slot.Expected}");
                Unless(slot.State != Physical.Closing || slot.Crashed, $"slot {slot.Slot.Index}: closed twice");
                Abort(slot, now);
                slot.State = Physical.Closing;
                break;
            case EffectKind.EndLease:
                Unless(effect.End is not (LeaseEnd.None or LeaseEnd.Returned), $"slot {slot.Slot.Index}: ended by force as {effect.End}");
                LeaseEnded(slot);
                slot.MustGo = true;
                break;
            case EffectKind.Collect:
                Collect(now);
                break;
            case EffectKind.Unwatch:
                _unwatched.Add((TestBorrower)effect.Borrower!);
                break;
            case EffectKind.LeakWarning:
                Unless(slot.IsLent && !slot.LeakWarned, $"slot {slot.Slot.Index}: warned of a leak that is none, or twice");
                Unless(now - slot.LentAt >= settings.LeakWarningAfter, $"slot {slot.Slot.Index}: warned of a leak too early");
                slot.LeakWarned = true;
                break;
            case EffectKind.Started:
                Unless(!Started && !StartFailed && Count(Physical.Open) + Count(Physical.Working) >= settings.MinConnections, $"started twice or without its connections");
                Started = true;
                break;
            case EffectKind.StartFailed:
                Unless(!Started && !StartFailed && effect.Cause is not null && Taken == 0, $"the start failed twice, or with backends left");
                StartFailed = true;
                break;
            case EffectKind.LastClosing:
                Unless(!AllClosed, $"the pool is over twice");
                _isClosing = true;
                break;
            case EffectKind.AllClosed:
                Unless(!AllClosed && Taken == 0, $"all closed twice, or with connections left");
                AllClosed = true;
                break;
        }
    }

    private void Grant(SlotLedger slot, TestWaiter waiter, TimeSpan now)
    {
        Unless(slot.IsIdle, $"slot {slot.Slot.Index}: granted to {waiter.Name} while {slot.Expected}");
        Unless(!IsBusy(waiter.Key), $"{waiter.Name}: its key is in use already");
        CheckNotOvertaking(waiter);
        var older = Heads().FirstOrDefault(other => other.Number < waiter.Number && !other.Gone);
        // A session made ready for a key is for those who wait for it: they have had their turn.
        var hadItsTurn = waiter.Key is not null && Equals(slot.InitializedFor, waiter.Key) && slot.Work == ConnectionWork.Initialize;
        Unless(older is null || hadItsTurn, $"{waiter.Name} was granted before {older?.Name}, who came first");
        CheckReady(slot, waiter.Name, now);
        CheckTakeOver(slot, waiter.Name, waiter.Key, now);
        slot.WasLent = true;
        CheckSession(slot, waiter.Name, waiter.Key, slot.Slot.Lease!.IsNewSession, now);
        Answered(waiter, EffectKind.Grant);
        slot.IsLent = true;
        slot.LentKey = waiter.Key;
        slot.LentAlone = IsAlone(waiter);
        slot.Lease = slot.Slot.LeaseId;
        slot.LentAt = now;
        slot.LeakWarned = false;
        Hold(slot, waiter);
    }

    private void CheckReady(SlotLedger slot, string name, TimeSpan now)
    {
        Unless(slot.DiedAt is not { } died || now - died < TimeSpan.FromMilliseconds(2), $"{name} gets slot {slot.Slot.Index}, whose backend died at {slot.DiedAt}");
        Unless(settings.Check is null || slot.CheckedAt is not null, $"{name} gets slot {slot.Slot.Index} without a check");
        Unless(!slot.OwesOnReturn, $"{name} gets slot {slot.Slot.Index} without the hook of its return");
        Unless(!slot.IsOutdated || slot.InitializedFor is not null, $"{name} gets slot {slot.Slot.Index}, which was to be replaced");
        Unless(now < slot.Slot.Connection!.ExpiresAt, $"{name} gets slot {slot.Slot.Index}, which expired at {slot.Slot.Connection!.ExpiresAt}");
        slot.CheckedAt = null;
    }

    private void CheckNotOvertaking(TestWaiter waiter) =>
        Unless(OlderOf(waiter).All(other => other.Gone), $"{waiter.Name} overtakes {OlderOf(waiter).FirstOrDefault(other => !other.Gone)?.Name}, which waits for the same key");

    private static void Hold(SlotLedger slot, TestWaiter waiter)
    {
        slot.Holders.Add(waiter);
        Unless(!slot.LentAlone || waiter.Key is null || slot.Holders.Count == 1, $"slot {slot.Slot.Index}: an exclusive lease has {slot.Holders.Count} holders");
        waiter.Slot = slot.Slot;
        waiter.Lease = slot.Lease;
        waiter.IsNewSession = slot.Slot.Lease!.IsNewSession;
    }

    private void Answered(TestWaiter waiter, EffectKind answer)
    {
        Unless(Waiting.Remove(waiter) && waiter.Answer is null, $"{waiter.Name} gets {answer} after {waiter}");
        Unless(!waiter.Cancelled, $"{waiter.Name} was cancelled and gets {answer}");
        Unless(answer == EffectKind.Refuse || waiter.Claimed, $"{waiter.Name} gets {answer} unclaimed");
        Unless(answer != EffectKind.Refuse || !waiter.Claimed, $"{waiter.Name} was claimed to be refused");
        waiter.Answer = answer;
    }

    private void Refuse(TestWaiter waiter, in Effect effect, TimeSpan now)
    {
        var (kind, lent, waiting) = (effect.Refusal, Lent, Waiting.Count + Told.Count);
        Answered(waiter, EffectKind.Refuse);
        waiter.Error = kind;
        waiter.Cause = effect.Cause;
        waiter.Why = effect.Why;
        var noWait = (waiter.Timeout ?? settings.AcquireTimeout) == TimeSpan.Zero;
        var legal = kind switch
        {
            Refusal.Closed => Ending || StartFailed || LastConnectError is not null,
            Refusal.Exhausted => noWait && lent >= settings.MaxConnections && effect.Why is { Hindrance: Hindrance.Lent },
            Refusal.TooManyWaiting => waiting > settings.MaxWaiting,
            Refusal.Timeout => effect.Why is not null && (now >= DueOf(waiter) || (noWait && (IsPaused || MustAwaitKey(waiter)))),
            Refusal.ConnectFailed => effect.Cause is not null && (effect.Cause == LastConnectError || effect.Cause == HookError),
            _ => false,
        };
        Unless(legal, $"{waiter.Name} is refused with {kind} for no reason");
    }

    /// <summary>Another request has the key, or waits for it, and one of them is exclusive.</summary>
    private bool MustAwaitKey(TestWaiter waiter)
    {
        var others = Waiting.Concat<IArrival>(Told).Where(other => waiter.Key is not null && other != waiter && Equals(other.Key, waiter.Key)).ToList();
        var isLentAlone = Slots.Exists(slot => slot is { IsLent: true, LentAlone: true } && Equals(slot.LentKey, waiter.Key));
        return waiter.Key is not null && (isLentAlone || (IsBusy(waiter.Key) && !IsHeld(waiter.Key)) || others.Exists(IsAlone) || (IsAlone(waiter) && (others.Count > 0 || IsHeld(waiter.Key))));
    }

    /// <summary>Another key's session is the last resort: a new connection comes before it, or one that will serve this request in a moment.</summary>
    private void CheckTakeOver(SlotLedger slot, string name, object? key, TimeSpan now)
    {
        var isAnothers = settings.KeyAffinity == KeyAffinity.Sticky && slot.Slot.Session.Owner is { } owner && !Equals(owner.Key, key)
            && slot.Users.Any(user => user != Unkeyed) && slot.InitializedFor is null;
        var room = settings.MaxConnections - Taken;
        var cannotOpen = ConnectFailures > 0 || Slots.Exists(other => other is { State: Physical.Opening, Slot.Operation.IsSlow: true });
        Unless(!isAnothers || room <= 0 || cannotOpen, $"{name} takes slot {slot.Slot.Index} from {slot.LastUser}, while there is room for {room}");
        Unless(!isAnothers || Demand > SoonOpen || cannotOpen, $"{name} takes slot {slot.Slot.Index} from {slot.LastUser}, while an open will serve it");
    }

    private void Collect(TimeSpan now)
    {
        Unless(settings.CollectWhenStarved && !(now < _collectedAt + PoolState.CollectAtMostEvery), $"collected again after the collection at {_collectedAt}");
        Unless(Lent >= settings.MaxConnections && Slots.All(slot => !slot.IsLent || now - slot.LentAt >= PoolState.StarvedAfter), $"collected without being starved");
        Unless(Heads().First() is { } oldest && now - oldest.Since >= PoolState.StarvedAfter, $"collected while no request has waited for long");
        _collectedAt = now;
    }

    private void Initialize(SlotLedger slot)
    {
        var key = slot.Slot.Operation!.InitializesFor!.Key;
        Unless(Slots.All(other => other == slot || !(other.State == Physical.Working && other.Work == ConnectionWork.Initialize && Equals(other.InitializedFor, key))), $"two sessions are made ready for {key}");
        slot.InitializedFor = key;
    }

    private void Open(SlotLedger slot, TimeSpan now)
    {
        Unless(slot.State == Physical.None, $"slot {slot.Slot.Index}: Open while {slot.Expected}");
        Unless(slot.Slot.Incarnation == slot.Incarnation + 1, $"slot {slot.Slot.Index}: incarnation {slot.Slot.Incarnation} after {slot.Incarnation}");
        Unless(Count(Physical.Opening) < settings.MaxConcurrentOpens, $"more than {settings.MaxConcurrentOpens} opens at once");
        Unless(!Ending, $"slot {slot.Slot.Index}: Open while the pool ends");
        var forMin = Taken - Count(Physical.Closing) < settings.MinConnections && (settings.KeepMin || !Started);
        Unless(forMin || Demand > SoonOpen + SoonReady, $"slot {slot.Slot.Index}: an open that no request needs");
        slot.State = Physical.Opening;
        slot.StartedAt = now;
        slot.IsOutdated = false;
        slot.IsResetPending = false;
        slot.Incarnation++;
    }
}

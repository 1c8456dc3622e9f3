using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// The shell's reports.
internal sealed partial class TestPool
{
    public static readonly Exception ConnectError = new InvalidOperationException("no server");

    public static readonly Exception HookError = new InvalidOperationException("no such role");

    /// <summary>The slots in this state.</summary>
    public IEnumerable<SlotLedger> Busy(Physical state) => Ledger.Slots.Where(slot => slot.State == state);

    public void Opened(SlotLedger slot)
    {
        Ledger.OpenSucceeded(slot, Now);
        Step($"slot {slot.Slot.Index} opened", () => State.Opened(slot.Slot, slot.Incarnation, Now));
    }

    public void OpenFailed(SlotLedger slot, ConnectFailure failure = ConnectFailure.Other, Exception? error = null)
    {
        error ??= ConnectError;
        Ledger.OpenFailed(slot, error, failure, Now);
        Step($"slot {slot.Slot.Index} failed to open: {failure}", () => State.OpenFailed(slot.Slot, slot.Incarnation, error, failure, Now));
    }

    public void WorkDone(SlotLedger slot)
    {
        Ledger.WorkDone(slot, Now);
        Step($"slot {slot.Slot.Index} done", () => State.WorkDone(slot.Slot, slot.Incarnation, Now));
    }

    public void WorkFailed(SlotLedger slot, bool byHook = false, bool isForAll = false)
    {
        byHook &= (slot.Work & (ConnectionWork.OnReturn | ConnectionWork.Check | ConnectionWork.Initialize)) != 0;
        var error = byHook ? HookError : ConnectError;
        if (byHook && slot.Work.HasFlag(ConnectionWork.Check) && !slot.WasLent)
            Ledger.OpenFailed(error, Now, byCheck: true);
        Ledger.HookError = byHook ? error : null;
        Step($"slot {slot.Slot.Index} failed its {slot.Work}{(byHook ? " by its hook" : "")}", () => State.WorkFailed(slot.Slot, slot.Incarnation, error, byHook, Now, isForAll));
        Ledger.HookError = null;
        Unless(slot.State == Physical.Closing, $"slot {slot.Slot.Index} failed and is kept");
    }

    public void Closed(SlotLedger slot)
    {
        slot.State = Physical.None;
        Step($"slot {slot.Slot.Index} closed", () => State.Closed(slot.Slot, slot.Incarnation, Now));
    }

    public void Lost(SlotLedger slot)
    {
        slot.Crashed = true;
        if (slot.State == Physical.Opening)
            Ledger.OpenFailed(PoolState.CrashWhileOpening, Now);
        LostUnrun(slot);
        Step($"slot {slot.Slot.Index} lost", () => State.Lost(slot.Slot, slot.Incarnation, Now));
        Unless(slot.State == Physical.Closing, $"slot {slot.Slot.Index} was lost and is kept");
    }

    /// <summary>A backend did not exit when its connection was ended.</summary>
    public void BackendSurvived(object backend) => Step($"{backend} stays", () => State.BackendSurvived(backend, Now));

    /// <summary>Every report that is too late for this slot: of earlier incarnations, or of an operation that is not in flight.</summary>
    public void StaleReports(SlotLedger slot)
    {
        var before = Counts;
        Step($"slot {slot.Slot.Index}: stale reports", () =>
        {
            var (at, old) = (slot.Slot, slot.Incarnation - 1);
            State.Opened(at, old, Now);
            State.OpenFailed(at, old, ConnectError, ConnectFailure.Permanent, Now);
            State.WorkDone(at, old, Now);
            State.WorkFailed(at, old, ConnectError, false, Now);
            State.Closed(at, old, Now);
            State.Lost(at, old, Now);
            if (slot.State != Physical.Opening)
            {
                State.Opened(at, old + 1, Now);
                State.OpenFailed(at, old + 1, ConnectError, ConnectFailure.Permanent, Now);
            }

            if (slot.State != Physical.Working)
            {
                State.WorkDone(at, old + 1, Now);
                State.WorkFailed(at, old + 1, ConnectError, false, Now);
            }

            if (slot.State != Physical.Closing)
                State.Closed(at, old + 1, Now);
            if (at.Batch is { IsOver: true } over)
                State.BatchEnded(at, over, ReturnCondition.Broken, Now);
        });
        Unless(Last.Count == 0 && before.Equals(Counts), $"slot {slot.Slot.Index}: a stale report changed something");
    }

    /// <summary>Lets every operation in flight succeed, and batches end, until none is left.</summary>
    /// <param name="each">How long each of it takes.</param>
    public void Finish(TimeSpan each = default)
    {
        for (Settle(each); Ledger.Batches.FirstOrDefault() is { } batch; Settle(each))
            BatchEnded(batch);
    }

    /// <summary>Lets every operation in flight succeed, until none is left.</summary>
    /// <param name="each">How long each of it takes.</param>
    public void Settle(TimeSpan each = default)
    {
        for (var steps = 0; Ledger.Slots.FirstOrDefault(slot => slot.State is Physical.Opening or Physical.Working or Physical.Closing) is { } slot; steps++)
        {
            Unless(steps < 1000, $"the pool never comes to rest");
            if (each > TimeSpan.Zero)
                PassAsleep(each);
            switch (slot.State)
            {
                case Physical.Opening: Opened(slot); break;
                case Physical.Working when slot.DiedAt is not null: WorkFailed(slot); break;
                case Physical.Working: WorkDone(slot); break;
                default: Closed(slot); break;
            }
        }
    }
}

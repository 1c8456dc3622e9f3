using ActorPool.Core;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// What a session has in it, and who may find it.
internal sealed partial class Ledger
{
    /// <summary>Stands for all use without a key.</summary>
    private static readonly object Unkeyed = new();

    public void Returned(SlotLedger slot, ReturnCondition condition, TimeSpan now)
    {
        slot.HeardAt = now;
        LeaseEnded(slot);
        slot.InTransaction = condition == ReturnCondition.InTransaction;
        slot.IsUsed = true;
    }

    public static void WorkDone(SlotLedger slot, TimeSpan now)
    {
        slot.State = Physical.Open;
        slot.HeardAt = now;
        if (slot.Work == ConnectionWork.Validate)
            return;
        slot.InTransaction = false;
        if (slot.Work == ConnectionWork.Discard)
            NewSession(slot);
    }

    private static void NewSession(SlotLedger slot)
    {
        slot.Users.Clear();
        slot.InTransaction = false;
        slot.IsUsed = false;
    }

    private void CheckSession(SlotLedger slot, TestWaiter waiter, TimeSpan now)
    {
        var user = waiter.Key ?? Unkeyed;
        Unless(!slot.InTransaction, $"{waiter.Name} gets slot {slot.Slot.Index} in somebody's transaction");
        Unless(settings.Reset != ResetMode.DiscardAll || !slot.IsUsed, $"{waiter.Name} gets slot {slot.Slot.Index} without a reset");
        Unless(!settings.DiscardOnKeyChange || slot.Users.All(user.Equals), $"{waiter.Name} gets slot {slot.Slot.Index} with somebody else's session");
        Unless(settings.ValidateAfterIdle < TimeSpan.Zero || now - slot.HeardAt <= settings.ValidateAfterIdle, $"{waiter.Name} gets slot {slot.Slot.Index}, which was not heard of since {slot.HeardAt}");
        // A key that was forgotten does not know its sessions any more.
        var isNew = waiter.Key is null ? slot.Users.Count == 0 : !slot.Users.Contains(user);
        Unless(settings.KeyMemory < 10 || slot.Slot.IsNewSession == isNew, $"{waiter.Name} finds a new session: {isNew}, and is told: {slot.Slot.IsNewSession}");
        slot.Users.Add(user);
    }
}

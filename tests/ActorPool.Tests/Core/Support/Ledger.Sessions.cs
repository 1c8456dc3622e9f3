using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// What a session has in it, and who may find it.
internal sealed partial class Ledger
{
    /// <summary>Stands for all use without a key.</summary>
    private static readonly object Unkeyed = new();

    private readonly Dictionary<object, SlotLedger> _lastSlots = [];

    public void Returned(SlotLedger slot, ReturnCondition condition, TimeSpan now)
    {
        LeaseEnded(slot);
        Used(slot, condition, now);
    }

    /// <summary>A borrower or a batch has left it.</summary>
    private void Used(SlotLedger slot, ReturnCondition condition, TimeSpan now)
    {
        slot.HeardAt = now;
        slot.IsResetPending &= condition == ReturnCondition.ResetPending;
        slot.InTransaction = condition == ReturnCondition.InTransaction;
        slot.OwesOnReturn = settings.OnReturn is not null;
        slot.IsUsed = condition != ReturnCondition.ResetPending;
        if (condition == ReturnCondition.ResetPending)
            NewSession(slot);
    }

    public void WorkDone(SlotLedger slot, TimeSpan now)
    {
        slot.State = Physical.Open;
        slot.HeardAt = now;
        if (slot.Work.HasFlag(ConnectionWork.Check))
        {
            slot.CheckedAt = now;
            if (FailedByCheck)
                OpensAgain();
        }

        if (slot.Work.HasFlag(ConnectionWork.OnReturn))
            slot.OwesOnReturn = false;
        if (slot.Work.HasFlag(ConnectionWork.FullReset) && settings.Reset != ResetMode.DiscardAll)
            slot.LastUser = null;
        if ((slot.Work & (ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.FullReset)) == 0)
            return;
        slot.InTransaction = false;
        if (slot.Work.HasFlag(ConnectionWork.FullReset))
            NewSession(slot);
    }

    /// <summary>The next command is preceded by a reset, so its sender finds a new session.</summary>
    public void PrependReset(SlotLedger slot)
    {
        Unless(settings.PrependReset, $"slot {slot.Slot.Index}: a reset is put ahead, and must not be");
        Unless(slot.IsIdle && slot.DiedAt is null && !slot.InTransaction, $"slot {slot.Slot.Index}: a reset is put ahead on {slot.Expected}");
        if (settings.Reset != ResetMode.DiscardAll)
            slot.LastUser = null;
        slot.IsResetPending = true;
        NewSession(slot);
    }

    /// <summary>Its borrower has not sent a command, which would have sent the reset as well.</summary>
    public bool IsResetPending(TestWaiter waiter) => Slots[waiter.Slot!.Index].IsResetPending;

    private static void NewSession(SlotLedger slot)
    {
        slot.Users.Clear();
        slot.InTransaction = false;
        slot.IsUsed = false;
        slot.InitializedFor = null;
    }

    /// <summary>
    /// Whether a request could have this connection at once, without a round trip and without taking it from another key.
    /// One that is not its own may be passed over while the one whose turn it is in the idle order is made ready.
    /// </summary>
    public bool IsReadyFor(object? key, SlotLedger slot, TimeSpan now)
    {
        var user = key ?? Unkeyed;
        var isOwn = key is not null && settings is { KeyAffinity: KeyAffinity.Sticky, KeyMemory: >= 10 }
            && _lastSlots.GetValueOrDefault(user) == slot && slot.Users.Contains(user);
        var isCommon = settings.KeyAffinity == KeyAffinity.WhileHeld || ((slot.LastUser is null || slot.LastUser == Unkeyed) && slot.InitializedFor is null);
        return slot.IsIdle
            && (isOwn || (isCommon && Count(Physical.Working) == 0))
            && settings.Check is null && (settings.InitializeSession is null || key is null) && slot.DiedAt is null
            && (!settings.DiscardOnKeyChange || settings.PrependReset || slot.Users.All(user.Equals))
            && (settings.ValidateAfterIdle < TimeSpan.Zero || now - slot.HeardAt <= settings.ValidateAfterIdle);
    }

    private void CheckSession(SlotLedger slot, string name, object? key, bool? isNewSession, TimeSpan now)
    {
        var user = key ?? Unkeyed;
        Unless(!slot.InTransaction, $"{name} gets slot {slot.Slot.Index} in another borrower's transaction");
        Unless(settings.Reset != ResetMode.DiscardAll || !slot.IsUsed, $"{name} gets slot {slot.Slot.Index} without a reset");
        Unless(!settings.DiscardOnKeyChange || slot.Users.All(user.Equals), $"{name} gets slot {slot.Slot.Index} with another borrower's session");
        Unless(settings.ValidateAfterIdle < TimeSpan.Zero || now - slot.HeardAt <= settings.ValidateAfterIdle, $"{name} gets slot {slot.Slot.Index}, which was not heard of since {slot.HeardAt}");
        Unless(!settings.DiscardOnKeyChange || slot.InitializedFor is null || slot.InitializedFor.Equals(user), $"{name} gets slot {slot.Slot.Index}, whose session was made ready for {slot.InitializedFor}");
        // A forgotten key no longer knows its sessions.
        var isNew = key is null ? slot.Users.Count == 0 && slot.InitializedFor is null : !slot.Users.Contains(user);
        Unless(settings.KeyMemory < 10 || isNewSession is null || isNewSession == isNew, $"{name} finds a new session: {isNew}, and is told: {isNewSession}");
        // The session of a key's first use was made ready for it, and for no other key since.
        Unless(settings.InitializeSession is null || key is null || !isNew || settings.KeyMemory < 10 || Equals(slot.InitializedFor, key),
            $"{name} gets slot {slot.Slot.Index}, whose session was not made ready for it");
        slot.Users.Add(user);
        slot.LastUser = user;
        _lastSlots[user] = slot;
    }
}

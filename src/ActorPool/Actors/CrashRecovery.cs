using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Leases;

namespace ActorPool.Actors;

/// <summary>After a crash of the manager: adopts the leases that are out and the connections that are certainly sound. The others are closed.</summary>
internal sealed class CrashRecovery(PoolContext pool, PoolState state, ConnectionActors connections, DeathWatch watch)
{
    public void TakeOver(TimeSpan now)
    {
        watch.ForgetAll();
        // The oldest lease first: the core lists them in the order of their grants.
        foreach (var place in pool.Slots.OrderBy(place => place.Slot.LentAt))
        {
            var fate = FateOf(place);
            if (fate != SlotFate.Lent && place.Lease?.TryEnd(LeaseEnd.ConnectionLost) == true)
            {
                place.Connection?.EndLease(LeaseEnd.ConnectionLost);
                place.TakeBack();
                pool.Metrics.UsedLater(place.HeldFor(now));
            }

            if (fate != SlotFate.Empty)
                connections.WatchAgain(place.Slot);
            state.Adopt(place.Slot, fate, now);
        }

        watch.WatchAgain(pool.Slots.SelectMany(place => place.Slot.Lease?.Borrowers ?? []).OfType<WatchedBorrower>().Distinct());
        state.Recovered(now);
    }

    private static SlotFate FateOf(ConnectionSlot place)
    {
        var slot = place.Slot;
        if (slot.State == SlotState.Free || place.Incarnation != slot.Incarnation)
            return SlotFate.Empty;
        if (slot is { State: SlotState.Working, Batch: { IsOrdered: true, IsOver: false } })
            return SlotFate.Working;
        var lease = place.Lease;
        if (slot.State == SlotState.InUse && lease is { IsOver: false } && lease.LeaseId == slot.LeaseId)
            return SlotFate.Lent;
        if (slot.State == SlotState.InUse && lease is null or { IsOver: false })
            return SlotFate.Unsound;
        // Idle, or returned with a message that was lost in the crash.
        return slot.State is SlotState.Idle or SlotState.InUse or SlotState.Working && place.Connection!.Release(driverWasUsed: true) is ReturnCondition.Clean or ReturnCondition.ResetPending or ReturnCondition.InTransaction
            ? SlotFate.Sound
            : SlotFate.Unsound;
    }
}

namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Leases =>
    [
        new("a put of an earlier lease is taken", "PoolState.Leases.cs",
            "        if (slot.State != SlotState.InUse || slot.Lease != lease)\n            return false;", "        if (slot.State != SlotState.InUse)\n            return false;"),
        new("a lease forgotten earlier ends the present one", "PoolState.Leases.cs",
            "        if (slot.State != SlotState.InUse || slot.Lease != lease)\n            return;", "        if (slot.State != SlotState.InUse)\n            return;"),
        new("a broken connection is kept", "PoolState.Leases.cs",
            "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)", "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent)"),
        new("a connection that its borrower has closed is kept", "PoolState.Leases.cs",
            "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)", "if (condition is ReturnCondition.Broken)"),
        new("a close that its borrower asked for is counted as one under the lease", "PoolState.Leases.cs",
            "if (condition == ReturnCondition.ClosedWhileLent && !close)", "if (condition == ReturnCondition.ClosedWhileLent)"),
        new("an open transaction is not rolled back", "PoolState.Leases.cs",
            "condition == ReturnCondition.InTransaction ? ConnectionWork.Rollback : ConnectionWork.None", "ConnectionWork.None"),
        new("what is ended by force is closed gently", "PoolState.Leases.cs",
            "Abort(slot, end switch", "Close(slot, end switch"),
        new("a death ends a lease that somebody unwatched shares", "PoolState.Leases.cs",
            "if (slot is { Borrowers.Count: 0, HasUnwatchedHolder: false })", "if (slot is { Borrowers.Count: 0 })"),
        new("the first death ends a shared lease", "PoolState.Leases.cs",
            "if (slot is { Borrowers.Count: 0, HasUnwatchedHolder: false })", "if (slot is { HasUnwatchedHolder: false })"),
        new("the dead keep their places in the queue", "PoolState.Leases.cs",
            "        foreach (var waiter in borrower.Waiters.ToArray())\n        {\n            Leave(waiter);", "        foreach (var waiter in borrower.Waiters.ToArray())\n        {"),
        new("whoever has nothing any more is watched on", "PoolState.Requests.cs",
            "if (borrower is { HasNothing: true })", "if (borrower is { HasNothing: true, Slots.Count: > 0 })"),
        new("max-hold-time is not kept", "PoolState.Sweep.cs",
            "now - oldest.LentAt >= most)", "now - oldest.LentAt >= most + most)"),
        new("a leak is reported again and again", "PoolState.Sweep.cs",
            "slot.LeakWarned = true;", ""),
        new("a surplus connection is kept on its return", "PoolState.Leases.cs",
            "return IsSurplus() || IsOverMax ? CloseReason.Surplus : null;", "return IsOverMax ? CloseReason.Surplus : null;"),
    ];
}

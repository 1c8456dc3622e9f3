namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Leases =>
    [
        new("a put of an earlier lease is taken", "PoolState.Return.cs",
            "if (slot.State != SlotState.InUse || slot.LeaseId != leaseId)\n            return false;", "if (slot.State != SlotState.InUse)\n            return false;"),
        new("a lease that was forgotten earlier ends the present one", "PoolState.Return.cs",
            "if (slot.State != SlotState.InUse || slot.LeaseId != leaseId)\n            return;", "if (slot.State != SlotState.InUse)\n            return;"),
        new("a broken connection is kept", "PoolState.Return.cs",
            "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)", "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent)"),
        new("a connection that its borrower has closed is kept", "PoolState.Return.cs",
            "if (condition is ReturnCondition.Unusable or ReturnCondition.ClosedWhileLent or ReturnCondition.Broken)", "if (condition is ReturnCondition.Broken)"),
        new("a close that its borrower asked for is counted as one under the lease", "PoolState.Return.cs",
            "condition == ReturnCondition.ClosedWhileLent && !close", "condition == ReturnCondition.ClosedWhileLent"),
        new("an open transaction is not rolled back", "PoolState.Return.cs",
            "condition == ReturnCondition.InTransaction ? ConnectionWork.Rollback : ConnectionWork.None", "ConnectionWork.None"),
        new("a lease that reached no borrower uses up a new session", "PoolState.Return.cs",
            "            Sessions.Unuse(slot, lease.Key);", "            _ = lease.Key;"),
        new("a lease that is ended by force is closed gently", "PoolState.Return.cs",
            "Abort(slot, end switch", "Close(slot, end switch"),
        new("a death ends a lease that an unwatched borrower shares", "Leases/LentConnections.cs",
            "return slot.Lease is { Borrowers.Count: 0, HasUnwatchedBorrower: false };", "return slot.Lease is { Borrowers.Count: 0 };"),
        new("the first death ends a shared lease", "Leases/LentConnections.cs",
            "return slot.Lease is { Borrowers.Count: 0, HasUnwatchedBorrower: false };", "return slot.Lease is { HasUnwatchedBorrower: false };"),
        new("the requests of a borrower that stopped keep their places", "PoolState.Return.cs",
            "            _waiting.End(waiter);\n            _tally.Counts.Cancelled++;", "            _tally.Counts.Cancelled++;"),
        new("a borrower without leases and requests is still watched", "PoolState.Borrow.cs",
            "if (borrower is { HasNothing: true })", "if (borrower is { HasNothing: true, Slots.Count: > 0 })"),
        new("an exclusive lease can be joined after a crash", "Leases/LentConnections.cs",
            "        _lent.AddLast(slot);\n        lease.Key = key;", "        _lent.AddLast(slot);\n        lease.IsExclusive = false;\n        lease.Key = key;"),
        new("max-hold-time is not kept", "Leases/LentConnections.cs",
            "now - oldest.LentAt >= most ?", "now - oldest.LentAt >= most + most ?"),
        new("a leak is reported again and again", "Leases/LentConnections.cs",
            "            slot.Lease.IsLeakReported = true;\n", ""),
        new("a surplus connection is kept on its return", "PoolState.Return.cs",
            "_size.IsSurplus(_waiting.Demand) || _size.IsOverMax ?", "_size.IsOverMax ?"),
    ];
}

namespace ActorPool.Leases;

/// <summary>A lease whose driver connection was closed by a reader with <c>CommandBehavior.CloseConnection</c>: the borrower's last use of it.</summary>
/// <param name="Place">The slot of its connection.</param>
/// <param name="Incarnation">Which connection of the slot it was.</param>
/// <param name="LeaseId">The number of the lease.</param>
internal sealed record ReaderClosedLease(ConnectionSlot Place, int Incarnation, long LeaseId);

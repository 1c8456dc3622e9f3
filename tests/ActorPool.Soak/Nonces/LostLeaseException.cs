namespace ActorPool.Soak.Nonces;

/// <summary>The connection of a lease was lost before the COMMIT of its transaction was sent.</summary>
internal sealed class LostLeaseException(Exception cause) : Exception("The connection was lost.", cause);

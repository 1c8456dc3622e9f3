using ActorPool.Errors;

namespace ActorPool.Leases;

/// <summary>Why a return is refused: one of psycopg2's reasons, and its remedy. A refused return changes nothing.</summary>
internal sealed record PutRefusal(string What, string Remedy)
{
    private const string NothingChanged = " Nothing was changed.";

    public static readonly PutRefusal NoConnection = new("there is no connection to put in this PutConn", "Put the connection that GetConn returned." + NothingChanged);

    /// <summary>Not of a return, but of a request: its lease would have no owner.</summary>
    public static readonly PutRefusal OwnerEnded = new("the Owner of this request ended before the request was served", "Set Owner to a running actor, or leave it null.");

    /// <summary>The lease is another pool's.</summary>
    public static PutRefusal Foreign(PooledConnection lease, string pool) => new(
        lease.Home.Settings.Name == pool
            ? "trying to put a connection of another pool with the same name: in another actor system, or started before this one"
            : $"trying to put a connection that was not lent by this pool, but by pool '{lease.Home.Settings.Name}'",
        "Put a connection to the pool that lent it, or dispose it." + NothingChanged);

    /// <summary>The lease is over.</summary>
    public static PutRefusal Over(PooledConnection lease) => new(
        $"trying to put a connection that is no longer lent: {LeaseEnds.Why(lease.End)}",
        "Put a connection once; only Dispose may be called again." + NothingChanged);

    /// <summary>The key of the put is not the one that it was borrowed with.</summary>
    public static PutRefusal OtherKey(PooledConnection lease) => new(
        lease.LentKey is null
            ? "trying to put a connection under a key, although it was borrowed without one"
            : "trying to put a connection that is not lent under this key, but under another",
        "Put a connection under the key it was borrowed with, or without a key." + NothingChanged);
}

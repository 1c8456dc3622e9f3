namespace ActorPool.Errors;

/// <summary>Why a return is refused: which of psycopg2's reasons it is, and the remedy of that one. Nothing was changed.</summary>
internal sealed record PutRefusal(string What, string Remedy)
{
    private const string NothingChanged = " Nothing was changed.";

    public static readonly PutRefusal NoConnection = new("there is no connection to put in this PutConn", "Put the connection that GetConn has given." + NothingChanged);

    public static readonly PutRefusal OwnerEnded = new("the owner of this request has ended before it was served", "Name an owner that is alive, or none.");

    /// <summary>The lease is another pool's.</summary>
    public static PutRefusal Foreign(PooledConnection lease, string pool) => new(
        lease.Home.Name == pool
            ? "trying to put a connection that another pool of the same name has lent: one of another actor system, or one that was here before"
            : $"trying to put a connection that was not lent by this pool, but by pool '{lease.Home.Name}'",
        "Put a connection to the pool that has lent it, or dispose it: it knows its pool." + NothingChanged);

    /// <summary>The lease is over.</summary>
    public static PutRefusal Over(PooledConnection lease) => new(
        $"trying to put a connection that is not lent any more: {LeaseEnds.Why(lease.End)}",
        "Put a connection once. Dispose may be called again without harm." + NothingChanged);

    /// <summary>The key of the put is not the one that it was borrowed with.</summary>
    public static PutRefusal OtherKey(PooledConnection lease) => new(
        lease.LentKey is null
            ? "trying to put a connection under a key that was lent without one"
            : "trying to put a connection that is not lent under this key, but under another",
        "Put a connection under the key it was borrowed with, or without a key." + NothingChanged);
}

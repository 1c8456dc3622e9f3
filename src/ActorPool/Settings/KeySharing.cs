namespace ActorPool;

/// <summary>What a <see cref="GetConn"/> gets whose key is lent already (<c>key-sharing</c>).</summary>
public enum KeySharing
{
    /// <summary>
    /// The same <see cref="PooledConnection"/> at once; the first put ends it for all. psycopg2's way and the default. Commands of two
    /// borrowers at the same time fail in the driver; use <see cref="Exclusive"/> where requests of one key may overlap.
    /// </summary>
    Shared,

    /// <summary>Its turn: it waits until the key is put back.</summary>
    Exclusive,
}

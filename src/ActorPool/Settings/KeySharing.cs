namespace ActorPool;

/// <summary>How a <see cref="GetConn"/> for a key that is already lent is answered (<c>key-sharing</c>).</summary>
public enum KeySharing
{
    /// <summary>
    /// The same <see cref="PooledConnection"/> at once; the first put ends it for all. psycopg2's way and the default. Commands of two
    /// borrowers at the same time fail in the driver; use <see cref="Exclusive"/> where requests of one key may overlap, or
    /// <see cref="GetConn.Exclusive"/> for some of them.
    /// </summary>
    Shared,

    /// <summary>The request waits until the key's connection is returned.</summary>
    Exclusive,
}

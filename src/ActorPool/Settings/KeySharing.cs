namespace ActorPool;

/// <summary>What a <see cref="GetConn"/> gets whose key is lent already (<c>key-sharing</c>).</summary>
public enum KeySharing
{
    /// <summary>The same <see cref="PooledConnection"/> at once; the first put ends it for all. psycopg2's way and the default.</summary>
    Shared,

    /// <summary>Its turn: it waits until the key is put back.</summary>
    Exclusive,
}

namespace ActorPool;

/// <summary>How long a key stays bound to its connection (<c>key-affinity</c>).</summary>
public enum KeyAffinity
{
    /// <summary>Also after the return: the key's last connection is preferred while it is idle. The default.</summary>
    Sticky,

    /// <summary>Only while the connection is lent, as in psycopg2's pool.</summary>
    WhileHeld,
}

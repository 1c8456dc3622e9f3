namespace ActorPool;

/// <summary>How long a key stays bound to its connection (<c>key-affinity</c>).</summary>
public enum KeyAffinity
{
    /// <summary>Beyond the return: while the key's last connection is idle, it is preferred. The default.</summary>
    Sticky,

    /// <summary>Only while the connection is lent, as in psycopg2's pool.</summary>
    WhileHeld,
}

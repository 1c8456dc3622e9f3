namespace ActorPool;

/// <summary>What is undone on a returned connection before anyone gets it again (<c>reset</c>).</summary>
public enum ResetMode
{
    /// <summary>An open transaction is rolled back; session state stays. Costs nothing on a clean return. psycopg2's way and the default.</summary>
    Rollback,

    /// <summary>
    /// Everything a session can keep: the effect of <c>DISCARD ALL</c> except that prepared statements stay,
    /// because the driver would go on using them. One round trip on every return.
    /// </summary>
    DiscardAll,
}

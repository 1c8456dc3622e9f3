namespace ActorPool;

/// <summary>What is undone on a returned connection before it is lent again (<c>reset</c>).</summary>
public enum ResetMode
{
    /// <summary>An open transaction is rolled back; session state stays. Costs nothing on a clean return. psycopg2's way and the default.</summary>
    Rollback,

    /// <summary>
    /// The whole session state: the effect of <c>DISCARD ALL</c>, except that prepared statements stay, because the driver still uses them.
    /// One round trip on every return.
    /// </summary>
    DiscardAll,
}

namespace ActorPool;

/// <summary>Which idle connection is lent next (<c>idle-order</c>).</summary>
public enum IdleOrder
{
    /// <summary>The one returned last: a few connections stay in use, the others can be closed. psycopg2's order and the default.</summary>
    Lifo,

    /// <summary>The one returned first: the load is spread over all connections.</summary>
    Fifo,
}

namespace ActorPool;

/// <summary>The pool to which a lease goes back.</summary>
internal interface ILeaseHome
{
    string Name { get; }

    /// <summary>The borrower has ended this lease: the connection is the pool's again. Never blocks.</summary>
    void Returned(PooledConnection lease);
}

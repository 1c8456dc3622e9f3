namespace ActorPool.Leases;

/// <summary>The pool to which a lease goes back.</summary>
internal interface ILeaseHome
{
    string Name { get; }

    /// <summary>What <see cref="PooledConnection.ConnectionString"/> shows; made once, since Dapper asks for it with every query.</summary>
    string ConnectionString { get; }

    /// <summary>The borrower has ended this lease: the connection is the pool's again. Never blocks.</summary>
    void Returned(PooledConnection lease);

    /// <summary>The garbage collector found a lease that nobody has returned. Called on its thread; never blocks or throws.</summary>
    void Forgotten(ForgottenLease lease);
}

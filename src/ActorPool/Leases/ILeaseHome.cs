namespace ActorPool.Leases;

/// <summary>The pool to which a lease goes back, as its leases and its refusals see it.</summary>
internal interface ILeaseHome : ILendingPool
{
    /// <summary>Where connections are opened, for errors.</summary>
    string Server { get; }

    /// <summary>The present time on the clock of the core.</summary>
    TimeSpan Now { get; }

    /// <summary>The borrower has ended this lease: the connection is the pool's again. Never blocks.</summary>
    void Returned(PooledConnection lease);

    /// <summary>The garbage collector found a lease without a return. Called on the finalizer's thread; never blocks or throws.</summary>
    void Forgotten(ForgottenLease lease);

    /// <summary>A reader has closed the connection of a lease. Called on the borrower's thread while the lease is out; never blocks.</summary>
    void ClosedByReader(ReaderClosedLease lease);
}

namespace ActorPool.Core.Model;

/// <summary>The lease of a connection that is lent. Written by <c>Core/Leases</c> alone.</summary>
internal sealed class Lease
{
    public TimeSpan LentAt { get; set; }

    /// <summary>The key it was granted to; null for unkeyed use.</summary>
    public KeyEntry? Key { get; set; }

    /// <summary>No other request joins it.</summary>
    public bool IsExclusive { get; set; }

    /// <summary>The session had no state of the borrower's key when the lease began.</summary>
    public bool IsNewSession { get; set; }

    /// <summary>The watched actors that hold the lease.</summary>
    public HashSet<Borrower> Borrowers { get; } = [];

    /// <summary>A borrower that is not watched holds it too, so no death ends the lease.</summary>
    public bool HasUnwatchedBorrower { get; set; }

    /// <summary>The warning of <c>leak-warning-after</c> was given.</summary>
    public bool IsLeakReported { get; set; }
}

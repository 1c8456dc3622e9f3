using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>A transaction that was begun in a session, and whether it has ended. It does not refer to its lease, so the pool can keep it.</summary>
internal sealed class BegunTransaction(DbTransaction driver)
{
    /// <summary>The driver's transaction.</summary>
    public DbTransaction Driver { get; } = driver;

    public bool IsOver { get; private set; }

    /// <summary>The driver's transaction until it ends, even if the lease ends before it: for connections that the pool cannot reset by a statement.</summary>
    public DbTransaction? Pending => IsOver ? null : Driver;

    /// <summary>It was committed or rolled back; or another one has begun in the session, so the borrower ended it by a statement.</summary>
    public void End() => IsOver = true;

    /// <summary>Rolls back what an ended lease left open.</summary>
    public void RollBackPending()
    {
        if (IsOver)
            return;
        IsOver = true;
        Driver.Dispose();
    }
}

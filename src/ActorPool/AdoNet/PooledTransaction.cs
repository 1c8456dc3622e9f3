using System.Data;
using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>A transaction of a lease: the driver's transaction, which can be committed, rolled back or disposed in that lease only.</summary>
/// <remarks>
/// The driver uses one transaction object again and again in a session. An object that is kept beyond its end, and disposed late, must not
/// roll back the next transaction: each of these ends once.
/// </remarks>
/// <param name="driver">The driver's transaction.</param>
/// <param name="connection">The object that made it: the lease, or the connection of a data source.</param>
/// <param name="lease">The lease in which it was begun.</param>
internal sealed class PooledTransaction(DbTransaction driver, DbConnection connection, ILentConnection lease) : DbTransaction
{
    private bool _isOver;
    private bool _isDisposed;

    public override IsolationLevel IsolationLevel { get; } = driver.IsolationLevel;

    public override bool SupportsSavepoints { get; } = driver.SupportsSavepoints;

    /// <summary>Null once the transaction or its lease is over, as ADO.NET demands.</summary>
    protected override DbConnection? DbConnection => !_isOver && lease.IsLent ? connection : null;

    /// <summary>The driver's transaction until it ends, even if the lease ends before it: for connections that the pool cannot reset by a statement.</summary>
    public DbTransaction? Pending => _isOver || _isDisposed ? null : driver;

    /// <summary>The transaction as the driver knows it.</summary>
    public static DbTransaction? OfDriver(DbTransaction? transaction) => transaction is PooledTransaction pooled ? pooled.Own() : transaction;

    /// <summary>Another transaction has begun in the session, so this one has ended: the borrower committed it by a statement.</summary>
    public void Supersede() => _isOver = true;

    /// <summary>Rolls back what an ended lease left open.</summary>
    public void RollBackPending()
    {
        if (Pending is not { } left)
            return;
        _isOver = true;
        left.Dispose();
    }

    public override void Commit()
    {
        Own().Commit();
        _isOver = true;
    }

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await Own().CommitAsync(cancellationToken).ConfigureAwait(false);
        _isOver = true;
    }

    public override void Rollback()
    {
        Own().Rollback();
        _isOver = true;
    }

    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        await Own().RollbackAsync(cancellationToken).ConfigureAwait(false);
        _isOver = true;
    }

    public override void Save(string savepointName) => Own().Save(savepointName);

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) => Own().SaveAsync(savepointName, cancellationToken);

    public override void Rollback(string savepointName) => Own().Rollback(savepointName);

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        Own().RollbackAsync(savepointName, cancellationToken);

    public override void Release(string savepointName) => Own().Release(savepointName);

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        Own().ReleaseAsync(savepointName, cancellationToken);

    /// <summary>Rolls back what was not committed. After the lease there is nothing to roll back: the pool has done it.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (TryDispose())
            await driver.DisposeAsync().ConfigureAwait(false);
        _isOver = true;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && TryDispose())
            driver.Dispose();
        _isOver = true;
        base.Dispose(disposing);
    }

    private bool TryDispose()
    {
        if (_isDisposed)
            return false;
        _isDisposed = true;
        return !_isOver && lease.IsLent;
    }

    private DbTransaction Own()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(DbTransaction));
        lease.Use();
        return !_isOver
            ? driver
            : throw new InvalidOperationException("The transaction is over: it was committed or rolled back. Begin another one.");
    }
}

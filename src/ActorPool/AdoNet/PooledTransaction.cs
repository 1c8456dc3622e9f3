using System.Data;
using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>A transaction of a lease: the driver's transaction, which can be committed, rolled back or disposed in that lease only.</summary>
/// <remarks>
/// The driver uses one transaction object again and again in a session. An object that is kept beyond its end, and disposed late, must not
/// roll back the next transaction: each of these ends once.
/// </remarks>
/// <param name="begun">The driver's transaction.</param>
/// <param name="connection">The object that made it: the lease, or the connection of a data source.</param>
/// <param name="lease">The lease in which it was begun.</param>
internal sealed class PooledTransaction(BegunTransaction begun, DbConnection connection, ILentConnection lease) : DbTransaction
{
    private bool _isDisposed;

    public override IsolationLevel IsolationLevel { get; } = begun.Driver.IsolationLevel;

    public override bool SupportsSavepoints { get; } = begun.Driver.SupportsSavepoints;

    /// <summary>Null once the transaction or its lease is over, as ADO.NET demands.</summary>
    protected override DbConnection? DbConnection => !_isDisposed && !begun.IsOver && lease.IsLent ? connection : null;

    /// <summary>The transaction as the driver knows it.</summary>
    public static DbTransaction? OfDriver(DbTransaction? transaction) => transaction is PooledTransaction pooled ? pooled.Own() : transaction;

    /// <summary>The same, but null for one that is over: left on a command, it has no effect, as with the driver's.</summary>
    public static DbTransaction? PendingOfDriver(DbTransaction? transaction) =>
        transaction is PooledTransaction { DbConnection: null } ? null : OfDriver(transaction);

    public override void Commit()
    {
        var driver = Own();
        try
        {
            driver.Commit();
        }
        catch (Exception error)
        {
            lease.Failed(error);
            throw;
        }

        begun.End();
    }

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        var driver = Own();
        try
        {
            await driver.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            lease.Failed(error);
            throw;
        }

        begun.End();
    }

    public override void Rollback()
    {
        Own().Rollback();
        begun.End();
    }

    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        await Own().RollbackAsync(cancellationToken).ConfigureAwait(false);
        begun.End();
    }

    public override void Save(string savepointName) => Own().Save(savepointName);

    public override async Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        await Own().SaveAsync(savepointName, cancellationToken).ConfigureAwait(false);

    public override void Rollback(string savepointName) => Own().Rollback(savepointName);

    public override async Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        await Own().RollbackAsync(savepointName, cancellationToken).ConfigureAwait(false);

    public override void Release(string savepointName) => Own().Release(savepointName);

    public override async Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        await Own().ReleaseAsync(savepointName, cancellationToken).ConfigureAwait(false);

    /// <summary>Rolls back what was not committed. After the lease there is nothing to roll back: the pool has done it.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (TryDispose())
            await begun.Driver.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && TryDispose())
            begun.Driver.Dispose();
        base.Dispose(disposing);
    }

    private bool TryDispose()
    {
        if (_isDisposed)
            return false;
        _isDisposed = true;
        if (begun.IsOver || !lease.IsLent)
            return false;
        begun.End();
        return true;
    }

    private DbTransaction Own()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(DbTransaction));
        lease.Use();
        return !begun.IsOver
            ? begun.Driver
            : throw new InvalidOperationException("The transaction is over: it was committed or rolled back. Begin another one.");
    }
}

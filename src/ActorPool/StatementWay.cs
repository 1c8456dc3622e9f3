using ActorPool.Leases;
using ActorPool.LeasedWork;
using ActorPool.Statements;

namespace ActorPool;

/// <summary>The way of a statement to a connection: an actor pool runs it itself, and for any other pool it runs on a lease.</summary>
internal static class StatementWay
{
    public static ValueTask<T> RunAsync<T>(
        IConnectionPool pool, Statement[] statements, StatementResult<T> result, object? key, TimeSpan? timeout, bool repeatable, CancellationToken cancellationToken) =>
        pool is IStatementPool runner
            ? runner.RunAsync(statements, result, key, timeout, repeatable, cancellationToken)
            : StatementRun.RunAsync(LenderOf(pool, key, timeout, "a statement", 0), statements, result, timeout ?? SettingsOf(pool).Pipeline.Timeout, repeatable, cancellationToken);

    /// <summary>The settings of the pool; the defaults for one that is not of this library.</summary>
    public static PoolSettings SettingsOf(IConnectionPool pool) => pool is ILendingPool lending ? lending.Settings : PoolConfig.Defaults;

    /// <summary>Leases of the pool, whose use of the key is exclusive.</summary>
    public static Lender LenderOf(IConnectionPool pool, object? key, TimeSpan? timeout, string? file, int line)
    {
        var settings = SettingsOf(pool);
        // Without a time-out of its own it waits for a connection like any other borrower, but not longer than for the answer.
        var wait = timeout ?? (settings.Pipeline.Timeout < settings.AcquireTimeout ? settings.Pipeline.Timeout : null);
        var request = new GetConn(key) { Timeout = wait, Exclusive = key is not null };
        return new Lender(NameOf(pool), token => pool.GetConnAsync(request, token, file, line));
    }

    public static string NameOf(IConnectionPool pool) => pool is ILendingPool lending ? lending.Settings.Name : pool.Statistics.Name;
}

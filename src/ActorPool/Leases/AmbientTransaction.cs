using System.Transactions;

namespace ActorPool.Leases;

/// <summary>
/// A lease cannot enlist in a transaction of System.Transactions, which may outlive it: its work would be committed even when the scope is
/// not completed.
/// </summary>
internal static class AmbientTransaction
{
    /// <exception cref="InvalidOperationException">There is an ambient transaction, and the settings refuse it.</exception>
    public static void Check(PoolSettings settings)
    {
        if (settings.AmbientTransactions == AmbientTransactions.Refuse && Transaction.Current is not null)
            throw new InvalidOperationException(
                $"Pool '{settings.Name}': a connection cannot be borrowed inside a TransactionScope, because it would not take part in it. "
                + "Begin a transaction on the connection with BeginTransactionAsync; "
                + "or borrow inside new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled); "
                + "or set ambient-transactions = ignore, and work on the connection is committed at once.");
    }
}

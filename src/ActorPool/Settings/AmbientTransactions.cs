namespace ActorPool;

/// <summary>What the facade does when <see cref="System.Transactions.Transaction.Current"/> is set (<c>ambient-transactions</c>).</summary>
public enum AmbientTransactions
{
    /// <summary>Throws <see cref="InvalidOperationException"/>: a lease cannot enlist, so its work would be committed outside of the scope.</summary>
    Refuse,

    /// <summary>Borrows as without a transaction.</summary>
    Ignore,
}

namespace ActorPool;

/// <summary>What the facade does when <see cref="System.Transactions.Transaction.Current"/> is set (<c>ambient-transactions</c>).</summary>
public enum AmbientTransactions
{
    /// <summary>Throws <see cref="InvalidOperationException"/>: a lease cannot take part, and its work would be committed without the scope.</summary>
    Refuse,

    /// <summary>Borrows as if there were none.</summary>
    Ignore,
}

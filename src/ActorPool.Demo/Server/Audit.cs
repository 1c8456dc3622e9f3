namespace ActorPool.Demo.Server;

/// <summary>The numbers in the database after all transfers.</summary>
/// <param name="OpeningSum">All balances together at the start.</param>
/// <param name="ClosingSum">All balances together now.</param>
/// <param name="Transfers">Transfers in the ledger.</param>
/// <param name="Unexplained">Accounts whose balance differs from the opening balance plus the ledger.</param>
/// <param name="Vault">The balance of the vault now.</param>
internal sealed record Audit(long OpeningSum, long ClosingSum, long Transfers, long Unexplained, long Vault)
{
    // The ledger of an hour is large.
    private static readonly StatementOptions Patient = new() { Timeout = TimeSpan.FromMinutes(5), Repeatable = true };

    /// <summary>Tells the pool to read them.</summary>
    public static async Task<Audit> OfAsync(IConnectionPool pool, CancellationToken cancellationToken)
    {
        var rows = await pool.QueryAsync(
            $"""
            WITH leg AS (
                SELECT payee AS id, amount FROM transfer UNION ALL SELECT payer, -amount FROM transfer
            ), moved AS (
                SELECT id, sum(amount) AS amount FROM leg GROUP BY id
            )
            SELECT sum(opening)::bigint,
                   sum(balance)::bigint,
                   (SELECT count(*) FROM transfer),
                   count(*) FILTER (WHERE balance <> opening + coalesce(moved.amount, 0)),
                   (sum(balance) FILTER (WHERE id = {DemoSchema.Vault}))::bigint
            FROM account LEFT JOIN moved USING (id)
            """,
            row => new Audit(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            Patient,
            cancellationToken);
        return rows[0];
    }
}

using Npgsql;

namespace ActorPool.Demo.Server;

/// <summary>The numbers in the database after all transfers.</summary>
/// <param name="OpeningSum">All balances together at the start.</param>
/// <param name="ClosingSum">All balances together now.</param>
/// <param name="Transfers">Transfers in the ledger.</param>
/// <param name="Unexplained">Accounts whose balance differs from the opening balance plus the ledger.</param>
/// <param name="Vault">The balance of the vault now.</param>
internal sealed record Audit(long OpeningSum, long ClosingSum, long Transfers, long Unexplained, long Vault)
{
    private const string Sql =
        """
        WITH leg AS (
            SELECT payee AS id, amount FROM transfer UNION ALL SELECT payer, -amount FROM transfer
        ), moved AS (
            SELECT id, sum(amount) AS amount FROM leg GROUP BY id
        )
        SELECT sum(opening)::bigint,
               sum(balance)::bigint,
               (SELECT count(*) FROM transfer),
               count(*) FILTER (WHERE balance <> opening + coalesce(moved.amount, 0)),
               (sum(balance) FILTER (WHERE id = $1))::bigint
        FROM account LEFT JOIN moved USING (id)
        """;

    // The ledger of an hour is large.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Audit> OfAsync(DemoSchema schema, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(schema.ObserverConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = DemoSchema.Vault });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Audit(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
    }
}

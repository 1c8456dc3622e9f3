using Npgsql;

namespace ActorPool.Demo.Accounts;

/// <summary>Money from one row to another, in one transaction.</summary>
internal sealed record Transfer(int Payer, int Payee, int Amount)
{
    private const int MostAtOnce = 100;

    /// <summary>A transfer from an account to any other.</summary>
    public static Transfer AtRandom(int payer, int accounts)
    {
        // Skips the payer without drawing twice.
        var payee = Random.Shared.Next(1, accounts);
        return new Transfer(payer, payee < payer ? payee : payee + 1, Random.Shared.Next(1, MostAtOnce + 1));
    }

    /// <param name="connection">Where to make it.</param>
    /// <param name="read">The payer's balance as it was read before. Nothing but its own transfers takes money out of an account, one after the other.</param>
    /// <exception cref="InvalidOperationException">The payer has less than that; nothing is changed.</exception>
    public async Task MakeAsync(PooledConnection connection, long read)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        if (await LockAsync(connection) is var balance && balance < read)
            throw new InvalidOperationException($"Account {Payer} has {balance:N0}, but {read:N0} was read before");

        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Command("UPDATE account SET balance = balance - $1 WHERE id = $2", Amount, Payer));
        batch.BatchCommands.Add(Command("UPDATE account SET balance = balance + $1 WHERE id = $2", Amount, Payee));
        batch.BatchCommands.Add(Command("INSERT INTO transfer VALUES ($1, $2, $3)", Payer, Payee, Amount));
        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Locks both rows, always in the order of their numbers, so that no two transfers wait for each other.</summary>
    /// <returns>The payer's balance.</returns>
    private async Task<long> LockAsync(PooledConnection connection)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Command("SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id FOR UPDATE", Payer, Payee));
        await using var reader = await batch.ExecuteReaderAsync();
        var balance = 0L;
        while (await reader.ReadAsync())
        {
            if (reader.GetInt32(0) == Payer)
                balance = reader.GetInt64(1);
        }

        return balance;
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<int> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        return command;
    }
}

using Npgsql;

namespace ActorPool.Demo.Sessions;

/// <summary>
/// The items of one user, in a temporary table, which exists in one session of the server only. Each visit borrows with the user's key, and
/// finds either the session of the last visit or an empty one.
/// </summary>
internal sealed class Basket(string key, IConnectionPool pool)
{
    private int _items;

    /// <summary>Borrows, checks the items of the last visit, and adds one.</summary>
    /// <returns>Whether the key found its session again.</returns>
    /// <exception cref="InvalidOperationException">The session is not what <see cref="PooledConnection.IsNewSession"/> says.</exception>
    public async Task<bool> VisitAsync(CancellationToken cancellationToken)
    {
        await using var connection = await pool.GetConnAsync(key, cancellationToken);
        var isKept = !connection.IsNewSession;
        if (!isKept)
        {
            // Fails when the session has a basket already: a new session has none.
            await ExecuteAsync(connection, "CREATE TEMPORARY TABLE basket (owner text NOT NULL, item int NOT NULL)");
            _items = 0;
        }

        await ProveAsync(connection);
        _items++;
        await ExecuteAsync(connection, "INSERT INTO pg_temp.basket VALUES ($1, $2)", key, _items);
        return isKept;
    }

    /// <summary>Checks that the table has all items of this user, and no others.</summary>
    private async Task ProveAsync(PooledConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FILTER (WHERE owner = $1), count(*) FILTER (WHERE owner <> $1) FROM pg_temp.basket", connection.Npgsql);
        command.Parameters.AddWithValue(key);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (own, others) = (reader.GetInt64(0), reader.GetInt64(1));
        if (own != _items || others != 0)
            throw new InvalidOperationException($"{key} left {_items} items, and found {own} of them and {others} of other users.");
    }

    private static async Task ExecuteAsync(PooledConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection.Npgsql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync();
    }
}

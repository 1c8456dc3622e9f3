using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing.Support;

/// <summary>A database in memory with two accounts, of 100 each.</summary>
internal static class Sqlite
{
    public static SqliteConnection Open()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL); INSERT INTO accounts VALUES (1, 100), (2, 100)";
        command.ExecuteNonQuery();
        return connection;
    }

    public static long Balance(this SqliteConnection connection, int id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT balance FROM accounts WHERE id = {id}";
        return (long)command.ExecuteScalar()!;
    }
}

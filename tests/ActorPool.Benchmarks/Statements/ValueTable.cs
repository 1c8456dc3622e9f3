using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace ActorPool.Benchmarks.Statements;

/// <summary>The small table that is read. A value follows from its key, so every answer can be checked.</summary>
internal static class ValueTable
{
    public const int Rows = 1000;

    [StringSyntax("sql")]
    public const string Read = "SELECT value FROM bench_values WHERE id = $1";

    public static int ValueOf(int id) => (id * 7919) + 1;

    public static async Task CreateAsync(string server)
    {
        await ExecuteAsync(server, $"""
            DROP TABLE IF EXISTS bench_values;
            CREATE UNLOGGED TABLE bench_values (id int PRIMARY KEY, value int NOT NULL);
            INSERT INTO bench_values SELECT id, {ValueOf(1) - ValueOf(0)} * id + {ValueOf(0)} FROM generate_series(1, {Rows}) AS id;
            """);
        await ExecuteAsync(server, "VACUUM ANALYZE bench_values");
    }

    public static Task DropAsync(string server) => ExecuteAsync(server, "DROP TABLE IF EXISTS bench_values");

    private static async Task ExecuteAsync(string server, [StringSyntax("sql")] string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

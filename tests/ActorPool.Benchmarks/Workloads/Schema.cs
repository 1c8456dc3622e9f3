using System.Diagnostics.CodeAnalysis;
using ActorPool.Benchmarks.Options;
using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>The table that is read and written. Unlogged, so that no disk is measured on another server.</summary>
internal static class Schema
{
    public static async Task CreateAsync(string server)
    {
        await ExecuteAsync(server, $"""
            DROP TABLE IF EXISTS bench_rows;
            CREATE UNLOGGED TABLE bench_rows (id int PRIMARY KEY, amount int NOT NULL) WITH (fillfactor = 50);
            INSERT INTO bench_rows SELECT id, 0 FROM generate_series(1, {BenchmarkOptions.Rows}) AS id;
            """);
        await ExecuteAsync(server, "VACUUM ANALYZE bench_rows");
    }

    public static Task DropAsync(string server) => ExecuteAsync(server, "DROP TABLE IF EXISTS bench_rows");

    private static async Task ExecuteAsync(string server, [StringSyntax("sql")] string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

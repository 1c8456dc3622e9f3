using System.Diagnostics.CodeAnalysis;
using ActorPool.Benchmarks.Options;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>A row by its primary key; the caller's number decides which ones.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Nothing is secret about the row.")]
internal sealed class KeyRead(int caller) : IWork
{
    private readonly Random _random = new(caller);

    public async ValueTask RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT amount FROM bench_rows WHERE id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _random.Next(1, BenchmarkOptions.Rows + 1), NpgsqlDbType = NpgsqlDbType.Integer });
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
    }
}

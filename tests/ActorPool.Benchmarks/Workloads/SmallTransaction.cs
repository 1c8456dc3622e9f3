using System.Diagnostics.CodeAnalysis;
using ActorPool.Benchmarks.Options;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>An update and a read in a transaction: three round trips, the driver sends BEGIN with the first.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Nothing is secret about the row.")]
internal sealed class SmallTransaction(int caller) : IWork
{
    private readonly Random _random = new(caller);

    public async ValueTask RunAsync(NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var id = _random.Next(1, BenchmarkOptions.Rows + 1);
        await ExecuteAsync("UPDATE bench_rows SET amount = amount + 1 WHERE id = $1");
        await ExecuteAsync("SELECT amount FROM bench_rows WHERE id = $1");
        await transaction.CommitAsync();

        async ValueTask ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection, transaction);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Integer });
            await command.PrepareAsync();
            await command.ExecuteScalarAsync();
        }
    }
}

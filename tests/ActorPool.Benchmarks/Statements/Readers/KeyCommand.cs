using System.Runtime.CompilerServices;
using Npgsql;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>The read as a command of the driver.</summary>
internal static class KeyCommand
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> ReadAsync(NpgsqlConnection connection, int id)
    {
        await using var command = new NpgsqlCommand(ValueTable.Read, connection);
        return await ReadAsync(command, id);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> ReadAsync(NpgsqlCommand command, int id)
    {
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        return (int)(await command.ExecuteScalarAsync())!;
    }
}

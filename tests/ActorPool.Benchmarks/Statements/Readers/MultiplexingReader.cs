using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Contestants;
using Npgsql;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>The driver's multiplexing, which its version 11 no longer has: commands of many callers share its connections.</summary>
internal sealed class MultiplexingReader(NpgsqlDataSource source) : IKeyReader
{
    public static Task<IKeyReader> OpenAsync(ContestantSetup setup)
    {
        var text = setup.ConnectionString;
        (text.Multiplexing, text.NoResetOnClose) = (true, true);
        return Task.FromResult<IKeyReader>(new MultiplexingReader(NpgsqlDataSource.Create(text)));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(int id, int caller)
    {
        await using var command = source.CreateCommand(ValueTable.Read);
        return await KeyCommand.ReadAsync(command, id);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

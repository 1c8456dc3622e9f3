using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Load;

namespace ActorPool.Benchmarks.Statements;

/// <summary>Callers that read values by random keys and check every answer.</summary>
/// <param name="reader">Not disposed with this: one reader serves many runs.</param>
/// <param name="callers">How many.</param>
[SuppressMessage("Security", "CA5394", Justification = "Nothing is secret about the keys.")]
internal sealed class CheckedReads(IKeyReader reader, int callers) : ICalls
{
    private readonly Random[] _randoms = [.. Enumerable.Range(0, callers).Select(caller => new Random(caller))];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        var id = _randoms[caller].Next(1, ValueTable.Rows + 1);
        var value = await reader.ReadAsync(id, caller);
        if (value != ValueTable.ValueOf(id))
            throw new WrongAnswerException(id, value);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace ActorPool.Benchmarks.Statements;

/// <summary>A way to read a value by its key. One call of a caller ends before its next one begins.</summary>
internal interface IKeyReader : IAsyncDisposable
{
    /// <param name="id">The key.</param>
    /// <param name="caller">The caller's number, from 0.</param>
    ValueTask<int> ReadAsync(int id, int caller);
}

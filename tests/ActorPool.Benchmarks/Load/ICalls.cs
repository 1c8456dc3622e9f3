namespace ActorPool.Benchmarks.Load;

/// <summary>What callers do repeatedly. One call of a caller ends before its next one begins.</summary>
internal interface ICalls : IAsyncDisposable
{
    /// <param name="caller">Its number, from 0.</param>
    ValueTask CallAsync(int caller);
}

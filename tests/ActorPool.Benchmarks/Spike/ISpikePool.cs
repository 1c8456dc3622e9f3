namespace ActorPool.Benchmarks.Spike;

internal interface ISpikePool : IAsyncDisposable
{
    /// <summary>Borrows, asks one small question, returns.</summary>
    Task QueryAsync();
}

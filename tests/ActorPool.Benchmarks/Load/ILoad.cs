namespace ActorPool.Benchmarks.Load;

/// <summary>A load that can be measured repeatedly.</summary>
internal interface ILoad : IAsyncDisposable
{
    Task<Figures> RunAsync(TimeSpan length);
}

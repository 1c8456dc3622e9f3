namespace ActorPool.Benchmarks.Load;

/// <summary>Something that can be measured for a while, again and again.</summary>
internal interface ILoad : IAsyncDisposable
{
    Task<Figures> RunAsync(TimeSpan length);
}

namespace ActorPool.Driver;

/// <summary>Makes the physical connections of one pool.</summary>
internal interface IConnectionSource : IAsyncDisposable
{
    IPhysicalConnection Create();

    /// <summary>What the pool has to do without, for the log; null when there is nothing of that kind.</summary>
    string? Limitation { get; }
}

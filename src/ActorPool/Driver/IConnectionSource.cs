namespace ActorPool.Driver;

/// <summary>Makes the physical connections of one pool.</summary>
internal interface IConnectionSource : IAsyncDisposable
{
    IPhysicalConnection Create();

    /// <summary>Where the connections go, in words that are safe to log.</summary>
    string Server { get; }

    /// <summary>What the pool has to do without, for the log; null when there is nothing of that kind.</summary>
    string? Limitation { get; }
}

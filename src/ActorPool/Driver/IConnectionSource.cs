namespace ActorPool.Driver;

/// <summary>Makes the physical connections of one pool.</summary>
internal interface IConnectionSource : IAsyncDisposable
{
    IPhysicalConnection Create();

    /// <summary>The pool is over: what hangs in the middle of an open is left to itself, since nothing takes its place.</summary>
    void EndWaiting();

    /// <summary>Where the connections go, in words that are safe to log.</summary>
    string Server { get; }

    /// <summary>The connection string as borrowers may see it: without any secret.</summary>
    string ConnectionString { get; }

    /// <summary>What the pool has to do without, for the log; null when there is nothing of that kind.</summary>
    string? Limitation { get; }
}

namespace ActorPool.Actors;

/// <summary>A live pool as the registry sees it; the facade implements it.</summary>
internal interface ILivePool
{
    /// <summary>The start has succeeded: the pool takes requests.</summary>
    bool IsStarted { get; }

    PoolStatistics Statistics { get; }

    /// <summary>Ends the pool gracefully, within <c>close-timeout</c> or this time, whichever is shorter.</summary>
    Task EndWithinAsync(TimeSpan most);
}

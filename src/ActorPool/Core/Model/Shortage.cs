namespace ActorPool.Core.Model;

/// <summary>What stood between a refused request and a connection. One object for all requests that one step refuses for the same reason.</summary>
/// <param name="Hindrance">What it was.</param>
internal sealed record Shortage(Hindrance Hindrance)
{
    /// <summary>The last error of opening may have to do with it.</summary>
    public bool IsAboutOpens => Hindrance is not (Hindrance.KeyInUse or Hindrance.SessionNotReady or Hindrance.Paused);

    /// <summary>Since when: the pause, the oldest open or round trip in flight, the lease of the key. Null where that says nothing.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>The connections that were lent, the longest held first; a few of them.</summary>
    public IReadOnlyList<Slot> Holders { get; init; } = [];

    /// <summary>When the youngest lease was granted: a request that waited longer has seen none come back.</summary>
    public TimeSpan? LastLentAt { get; init; }

    /// <summary>How many of the lent connections are held by actors that wait for another one.</summary>
    public int HeldByWaiters { get; init; }
}

/// <summary>The kinds of <see cref="Shortage"/>.</summary>
internal enum Hindrance : byte
{
    /// <summary>All connections are lent, or all but a few that the pool is about to lend or has just ended.</summary>
    Lent,

    /// <summary>The request's exclusive key is in use.</summary>
    KeyInUse,

    /// <summary>A session is being initialized for the request's key.</summary>
    SessionNotReady,

    /// <summary>Nothing is lent until the pool is resumed.</summary>
    Paused,

    /// <summary>Connections are being validated or reset, and the server takes long to answer.</summary>
    NotAnswering,

    /// <summary>Connections are being opened, and the server takes long to accept them.</summary>
    OpensSlow,

    /// <summary>More opens are wanted than <c>max-concurrent-opens</c> permits.</summary>
    OpensLimited,
}

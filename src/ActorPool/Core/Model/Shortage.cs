namespace ActorPool.Core.Model;

/// <summary>Why a refused request got no connection. One object for all requests that one step refuses for the same reason.</summary>
/// <param name="Hindrance">The cause.</param>
internal sealed record Shortage(Hindrance Hindrance)
{
    /// <summary>The last error of opening may be the reason.</summary>
    public bool IsAboutOpens => Hindrance is not (Hindrance.KeyInUse or Hindrance.SessionNotReady or Hindrance.Paused);

    /// <summary>When the cause began: the pause, the oldest open or round trip in flight, or the key's lease. Null where none of these applies.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>The connections that were lent, the longest held first; a few of them.</summary>
    public IReadOnlyList<Slot> Holders { get; init; } = [];

    /// <summary>When the youngest lease was granted: for a request that waited longer, no connection was returned.</summary>
    public TimeSpan? LastLentAt { get; init; }

    /// <summary>How many of the lent connections are held by actors that wait for another one.</summary>
    public int HeldByWaiters { get; init; }
}

/// <summary>The kinds of <see cref="Shortage"/>.</summary>
internal enum Hindrance : byte
{
    /// <summary>All connections are lent, except perhaps a few that are about to be lent or closed.</summary>
    Lent,

    /// <summary>The request's key is in use, and it cannot join.</summary>
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

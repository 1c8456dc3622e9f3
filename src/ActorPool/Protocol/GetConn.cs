using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Asks the <see cref="PoolManager"/> for a connection; psycopg2's <c>getconn</c>. The answer to the sender is a
/// <see cref="PooledConnection"/>, or a <see cref="Status.Failure"/> with a <see cref="PoolException"/>.
/// </summary>
/// <remarks>
/// A sender that is an actor, or <see cref="Owner"/>, is watched: when it ends, its place in the queue or its lease ends with it.
/// Without a sender there is nobody to answer: such a message is refused with a warning in the log.
/// </remarks>
/// <param name="Key">Binds the connection to a key; null for no key. Compared by <c>Equals</c>.</param>
public sealed record GetConn(object? Key = null)
{
    /// <summary>
    /// How long this request may wait, instead of the pool's <c>acquire-timeout</c>: zero for not at all,
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for ever. Null: the pool's own.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The actor whose lease it is, when that is not the sender (an Ask on behalf of an actor). Must be local.</summary>
    public IActorRef? Owner { get; init; }
}

using ActorPool.Messages;
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
/// <exception cref="ArgumentException">
/// The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request: an argument in the wrong place.
/// </exception>
public sealed record GetConn(object? Key = null) : INoSerializationVerificationNeeded
{
    /// <summary>Binds the connection to a key; null for no key. Compared by <c>Equals</c>.</summary>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); } = KeyRule.Checked(Key, nameof(Key));

    /// <summary>
    /// How long this request may wait, instead of the pool's <c>acquire-timeout</c>: zero for not at all,
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for ever. Null: the pool's own.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary><see cref="Timeout"/>, refused when it is negative and not infinite.</summary>
    internal TimeSpan? CheckedTimeout => IsTimeoutNegative
        ? throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, $"{nameof(Timeout)} must not be negative, unless it is Timeout.InfiniteTimeSpan.")
        : Timeout;

    internal bool IsTimeoutNegative => Timeout < TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>
    /// The actor whose lease it is, when that is not the sender: an Ask or a call on behalf of an actor. It is watched: its end ends
    /// the request while it waits, and the lease after that. A lease that reaches no actor goes back at once. Must be local, and not an
    /// actor of the pool.
    /// </summary>
    public IActorRef? Owner { get; init; }
}

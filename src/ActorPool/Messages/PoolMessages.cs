using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool;

// The messages that a PoolManager understands, and its answers, on one page. A failure is answered with a Status.Failure.
// Each command implements IPoolMessage and so names its handler: one without a handler does not compile.

/// <summary>
/// Requests a connection from the <see cref="PoolManager"/>; psycopg2's <c>getconn</c>. The answer to the sender is a
/// <see cref="PooledConnection"/>, or a <see cref="Status.Failure"/> with a <see cref="PoolException"/>.
/// </summary>
/// <remarks>
/// A sender that is an actor, or <see cref="Owner"/>, is watched: when it ends, its place in the queue or its lease ends with it.
/// A message without a sender cannot be answered and is refused with a warning in the log.
/// </remarks>
/// <param name="Key">Binds the connection to a key; null for no key. Compared by <c>Equals</c>.</param>
/// <exception cref="ArgumentException">
/// The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request: an argument in the wrong place.
/// </exception>
public sealed record GetConn(object? Key = null) : IPoolMessage
{
    // Two fields, because a TimeSpan? beside another bool would make every message larger.
    private readonly bool _hasTimeout;
    private readonly TimeSpan _timeout;

    /// <summary>Binds the connection to a key; null for no key. Compared by <c>Equals</c>.</summary>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); } = KeyRule.Checked(Key, nameof(Key));

    /// <summary>
    /// How long this request may wait, instead of the pool's <c>acquire-timeout</c>: zero for not at all,
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for ever. Null: the pool's own.
    /// </summary>
    public TimeSpan? Timeout
    {
        get => _hasTimeout ? _timeout : null;
        init => (_hasTimeout, _timeout) = (value is not null, value.GetValueOrDefault());
    }

    /// <summary>
    /// The actor whose lease it is, when that is not the sender: an Ask or a call on behalf of an actor. It is watched: its end ends
    /// the request while it waits, and the lease after that. A lease that no actor receives is returned at once. Must be local, and not an
    /// actor of the pool.
    /// </summary>
    public IActorRef? Owner { get; init; }

    /// <summary>
    /// The request has its key's session alone, under either setting of <c>key-sharing</c>: it joins no lease, and no request joins its lease.
    /// Default: false.
    /// </summary>
    /// <remarks>
    /// Requests for one key are served strictly in the order of their arrival, and adjacent shared requests are served together. So while an
    /// exclusive request waits, a shared request that arrives later waits behind it. Without a key this has no effect: such a lease is never shared.
    /// </remarks>
    public bool Exclusive { get; init; }

    /// <summary><see cref="Timeout"/>, refused when it is negative and not infinite.</summary>
    internal TimeSpan? CheckedTimeout => IsTimeoutNegative
        ? throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, $"{nameof(Timeout)} must not be negative, unless it is Timeout.InfiniteTimeSpan.")
        : Timeout;

    internal bool IsTimeoutNegative => Timeout < TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan;

    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>
/// Returns a connection; psycopg2's <c>putconn</c>. The answer to the sender is <see cref="ConnPut"/>, or a
/// <see cref="Status.Failure"/> with a <see cref="PoolException"/>; it comes when the return is decided, not after I/O.
/// </summary>
/// <param name="Connection">The answer to <see cref="GetConn"/>.</param>
/// <param name="Key">The key it was borrowed with. Null: any key.</param>
/// <param name="Close">Close the connection instead of keeping it.</param>
/// <exception cref="ArgumentException">
/// The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request: an argument in the wrong place.
/// </exception>
public sealed record PutConn(PooledConnection Connection, object? Key = null, bool Close = false) : IPoolMessage
{
    /// <summary>The key it was borrowed with. Null: any key.</summary>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); } = KeyRule.Checked(Key, nameof(Key));

    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="PutConn"/>: the connection is the pool's again.</summary>
public sealed record ConnPut : INoSerializationVerificationNeeded
{
    internal static readonly ConnPut Instance = new();
}

/// <summary>
/// Closes every connection that the pool has, those in use included; psycopg2's <c>closeall</c>. The answer to the sender is
/// <see cref="AllClosed"/> when all are closed; from the second time on a <see cref="Status.Failure"/> of kind <see cref="PoolErrorKind.Closed"/>.
/// </summary>
public sealed record CloseAll : IPoolMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="CloseAll"/>: the pool has no connection left.</summary>
public sealed record AllClosed : INoSerializationVerificationNeeded
{
    internal static readonly AllClosed Instance = new();
}

/// <summary>Requests the <see cref="PoolStatistics"/> of the pool.</summary>
public sealed record GetStatistics : IPoolMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>Requests the leases that are out, as an array of <see cref="PoolLease"/>, the longest held first.</summary>
public sealed record GetLeases : IControlMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>
/// Gives the pool other limits: <see cref="Resized"/>, or a failure with an <see cref="ArgumentException"/>. Idle connections beyond the
/// new maximum are closed at once, borrowed ones on return. Waiting requests keep waiting.
/// Only those with a time-out of zero are refused, if all connections are lent now.
/// </summary>
/// <param name="MinConnections">As <c>min-connections</c>: at least 0.</param>
/// <param name="MaxConnections">As <c>max-connections</c>: at least 1 and <paramref name="MinConnections"/>.</param>
public sealed record Resize(int MinConnections, int MaxConnections) : IControlMessage
{
    internal ArgumentException? Problem =>
        MinConnections < 0 ? new ArgumentOutOfRangeException(nameof(MinConnections), MinConnections, "min-connections must be at least 0.")
        : MaxConnections < 1 ? new ArgumentOutOfRangeException(nameof(MaxConnections), MaxConnections, "max-connections must be at least 1.")
        : MinConnections > MaxConnections ? new ArgumentException($"min-connections ({MinConnections}) must not be above max-connections ({MaxConnections}).")
        : null;

    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Resize"/>: the limits are changed.</summary>
public sealed record Resized : INoSerializationVerificationNeeded
{
    internal static readonly Resized Instance = new();
}

/// <summary>
/// Replaces every connection, idle ones at once and borrowed ones on their return: <see cref="Drained"/> when that is decided.
/// After a change of roles, certificates or addresses; psycopg_pool's <c>drain</c>.
/// </summary>
public sealed record Drain : IControlMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Drain"/>: every connection is being replaced.</summary>
public sealed record Drained : INoSerializationVerificationNeeded
{
    internal static readonly Drained Instance = new();
}

/// <summary>
/// Lends no connection until <see cref="Resume"/>: requests wait, and their time-outs count. A request with a time-out of zero is
/// refused at once. A key in use can still be joined, unless one of the two requests is exclusive.
/// </summary>
/// <param name="UntilReturned">
/// Answer only when every lease is returned and rolled back, for a failover. False: answer at once.
/// A <see cref="Resume"/> before that is a failure with an <see cref="InvalidOperationException"/>.
/// </param>
public sealed record Pause(bool UntilReturned = false) : IControlMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Pause"/>: the pool is paused.</summary>
public sealed record Paused : INoSerializationVerificationNeeded
{
    internal static readonly Paused Instance = new();
}

/// <summary>Ends a <see cref="Pause"/>: waiting requests are served in their order.</summary>
public sealed record Resume : IControlMessage
{
    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Resume"/>: the pool lends again.</summary>
public sealed record Resumed : INoSerializationVerificationNeeded
{
    internal static readonly Resumed Instance = new();
}

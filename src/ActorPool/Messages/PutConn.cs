using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Returns a connection; psycopg2's <c>putconn</c>. The answer to the sender is <see cref="ConnPut"/>, or a
/// <see cref="Status.Failure"/> with a <see cref="PoolException"/>; it comes when the return is decided, not after I/O.
/// </summary>
/// <param name="Connection">What <see cref="GetConn"/> answered.</param>
/// <param name="Key">The key it was borrowed with. Null: any key.</param>
/// <param name="Close">Close the connection instead of keeping it.</param>
/// <exception cref="ArgumentException">
/// The key is a <see cref="CancellationToken"/>, a <see cref="TimeSpan"/>, a task or a request: an argument in the wrong place.
/// </exception>
public sealed record PutConn(PooledConnection Connection, object? Key = null, bool Close = false) : INoSerializationVerificationNeeded
{
    /// <summary>The key it was borrowed with. Null: any key.</summary>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); } = KeyRule.Checked(Key, nameof(Key));
}

using System.Data.Common;

namespace ActorPool;

/// <summary>An error of the pool itself: what happened, the pool's name and state at that moment, and what to do about it.</summary>
public sealed class PoolException : DbException
{
    /// <summary>Makes the error of one kind.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">What happened, for people.</param>
    /// <param name="innerException">The driver's or server's own error, if there is one.</param>
    public PoolException(PoolErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What went wrong.</summary>
    public PoolErrorKind Kind { get; }

    /// <summary>Whether the same request may succeed later: exhausted, timed out, too many waiting, or no connection to be opened.</summary>
    public override bool IsTransient =>
        Kind is PoolErrorKind.Exhausted or PoolErrorKind.Timeout or PoolErrorKind.TooManyWaiting or PoolErrorKind.ConnectFailed;

    /// <summary>The server's SQLSTATE, when the error comes from there.</summary>
    public override string? SqlState => (InnerException as DbException)?.SqlState;
}

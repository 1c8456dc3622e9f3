using System.Data.Common;
using System.Runtime.Serialization;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool;

// Akka.NET sends exceptions between processes by SerializationInfo, which .NET has marked as obsolete.
#pragma warning disable SYSLIB0051, CS0618, CS0672

/// <summary>An error of the pool itself: what happened, the pool's name and state at that moment, and what to do about it.</summary>
/// <remarks>It is an <see cref="NpgsqlException"/>, so that the retry strategies of libraries for PostgreSQL see <see cref="IsTransient"/>.</remarks>
[Serializable]
public sealed class PoolException : NpgsqlException
{
    private readonly PoolFailure? _failure;

    // Set on an error from another process, whose inner exception may not have come with it.
    private readonly bool? _isTransient;
    private readonly string? _sqlState;
    private string? _message;

    /// <summary>Makes the error of one kind.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">What happened, as text for people.</param>
    /// <param name="innerException">The driver's or server's own error, if there is one.</param>
    public PoolException(PoolErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    internal PoolException(PoolFailure failure)
        : base(null, failure.Inner) => (Kind, _failure) = (failure.Kind, failure);

    /// <summary>The part of an error that goes to another process: no inner exception, and no place in the code.</summary>
    internal PoolException(PoolErrorKind kind, string message, bool isTransient, string? sqlState)
        : base(message) => (Kind, _isTransient, _sqlState) = (kind, isTransient, sqlState);

    private PoolException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
        Kind = (PoolErrorKind)info.GetInt32(nameof(Kind));
        _message = info.GetString(nameof(PoolFailure));
        _isTransient = info.GetBoolean(nameof(IsTransient));
        _sqlState = info.GetString(nameof(SqlState));
    }

    /// <summary>What went wrong.</summary>
    public PoolErrorKind Kind { get; }

    /// <summary>What happened, the pool's numbers, and what to do.</summary>
    public override string Message => _message ??= _failure?.ToString() ?? base.Message;

    /// <summary>
    /// Whether the same request may succeed later: exhausted, timed out, too many waiting, or no connection could be opened.
    /// False for an error of opening that lasts until it is corrected: the server refuses the user or the password (SQLSTATE 28xxx), the
    /// database does not exist (3D000), or the user may not connect to it (42501).
    /// </summary>
    public override bool IsTransient => _isTransient ?? Kind switch
    {
        PoolErrorKind.Exhausted or PoolErrorKind.Timeout or PoolErrorKind.TooManyWaiting => true,
        PoolErrorKind.ConnectFailed => !ConnectAdvice.IsPermanent(InnerException),
        _ => false,
    };

    /// <summary>The server's SQLSTATE, when the server sent the error.</summary>
    public override string? SqlState => _sqlState ?? (InnerException as DbException)?.SqlState ?? ConnectAdvice.SqlStateOf(InnerException);

    /// <summary>Writes the kind, the message and the SQLSTATE, for a process that may not know the type of the inner exception.</summary>
    /// <param name="info">Takes the values.</param>
    /// <param name="context">Not used.</param>
    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        base.GetObjectData(info, context);
        info.AddValue(nameof(Kind), (int)Kind);
        info.AddValue(nameof(PoolFailure), Message);
        info.AddValue(nameof(IsTransient), IsTransient);
        info.AddValue(nameof(SqlState), SqlState);
    }
}

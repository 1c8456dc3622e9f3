using System.Net.Sockets;
using ActorPool.Core;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>What an error of opening means for the next attempt.</summary>
internal static class ConnectErrors
{
    public static ConnectFailure KindOf(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => ConnectFailure.Passing,
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } => ConnectFailure.StartingUp,
        NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => ConnectFailure.Refused,
        PostgresException when ConnectAdvice.IsPermanent(error) => ConnectFailure.Permanent,
        // Nothing was reached, or the pool has ended it already.
        PostgresException or SocketException or NpgsqlException { InnerException: SocketException } or HookFailedException => ConnectFailure.Other,
        TimeoutException or OperationCanceledException or NpgsqlException or IOException => ConnectFailure.Unclear,
        _ => ConnectFailure.Other,
    };
}

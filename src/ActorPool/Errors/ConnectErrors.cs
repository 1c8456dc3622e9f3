using System.Net.Sockets;
using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Errors;

/// <summary>What an error of opening a connection means for the next attempt.</summary>
internal static class ConnectErrors
{
    public static ConnectFailure KindOf(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => ConnectFailure.Passing,
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } => ConnectFailure.StartingUp,
        NoHostException hosts => hosts.Failure,
        // A Unix socket whose file does not exist yet is reported as an address that is not available.
        NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable } } => ConnectFailure.Refused,
        NpgsqlException when ConnectAdvice.IsPermanent(error) => ConnectFailure.Permanent,
        // No server was reached, or the pool has ended the connection already.
        PostgresException or SocketException or NpgsqlException { InnerException: SocketException } or HookFailedException => ConnectFailure.Other,
        TimeoutException or OperationCanceledException or NpgsqlException or IOException => ConnectFailure.Unclear,
        _ => ConnectFailure.Other,
    };

    /// <summary>
    /// What the errors of several hosts mean together. An unclear one may have left a backend; a host that is down, starting up or full may
    /// accept the next attempt.
    /// </summary>
    public static ConnectFailure KindOf(IEnumerable<ConnectFailure> hosts) => hosts.MaxBy(static failure => failure switch
    {
        ConnectFailure.Unclear => 5,
        ConnectFailure.StartingUp => 4,
        ConnectFailure.Refused => 3,
        ConnectFailure.Passing => 2,
        ConnectFailure.Other => 1,
        _ => 0,
    });
}

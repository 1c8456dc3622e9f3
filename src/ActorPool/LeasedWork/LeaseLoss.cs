using System.Data;
using Npgsql;

namespace ActorPool.LeasedWork;

/// <summary>Tells an error of the server, after which the outcome is known, from the loss of the connection, after which it is not.</summary>
internal static class LeaseLoss
{
    /// <summary>The connection is gone, and the server has not said why: what was sent may have been carried out.</summary>
    public static bool IsLost(PooledConnection lease, Exception error) =>
        lease.State != ConnectionState.Open && error is not (PostgresException or PoolException { Kind: not PoolErrorKind.ConnectFailed });
}

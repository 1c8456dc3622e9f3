using System.Net.Sockets;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>The errors that a borrower may see while servers and networks fail.</summary>
internal static class Expected
{
    public static bool Is(Exception error) => error switch
    {
        SoakFailedException => false,
        // Some borrowers misuse the pool on purpose, and check the error themselves.
        PoolException pool => pool.Kind is not (PoolErrorKind.Closed or PoolErrorKind.NotLocal),
        NpgsqlException or OperationCanceledException or AskTimeoutException or IOException or SocketException or TimeoutException => true,
        // The driver's error for a connection that was ended while in use.
        ObjectDisposedException or InvalidOperationException => true,
        _ => false,
    };

    public static string Name(Exception error) => error is PoolException pool ? $"pool error {pool.Kind}" : error switch
    {
        PostgresException => "server error",
        NpgsqlException => "driver error",
        _ => error.GetType().Name,
    };
}

using System.Net;
using System.Net.Sockets;

namespace ActorPool.ThrowawayPostgres.Clusters;

/// <summary>Asks the system for a free loopback port; another process may take it before its use.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Net;
using System.Net.Sockets;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>A host that accepts connections and sends nothing.</summary>
internal sealed class SilentHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentHost() => _listener.Start();

    /// <summary>As in a connection string.</summary>
    public string Name => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose() => _listener.Dispose();
}

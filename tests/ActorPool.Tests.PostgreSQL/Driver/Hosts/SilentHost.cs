using System.Net;
using System.Net.Sockets;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>A host that accepts connections and sends nothing.</summary>
internal sealed class SilentHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _connections = [];

    public SilentHost() => _listener.Start();

    /// <summary>As in a connection string.</summary>
    public string Name => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How often the host was tried so far.</summary>
    public int Connections
    {
        get
        {
            while (_listener.Pending())
                _connections.Add(_listener.AcceptSocket());
            return _connections.Count;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
            connection.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ActorPool.Faults;

/// <summary>A TCP proxy on loopback in front of a server, whose behaviour can be changed at any time, for all connections at once.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly int _server;
    private readonly ConcurrentDictionary<ProxiedConnection, byte> _connections = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _listening = new();
    private TcpListener? _listener;
    private NetworkMode _mode;

    // Complete, except in a black hole.
    private TaskCompletionSource _passable = Passed();

    private FaultProxy(int server)
    {
        _server = server;
        Listen(0);
        Port = ((IPEndPoint)_listener!.LocalEndpoint).Port;
    }

    /// <summary>The port for clients, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What <see cref="NetworkMode.Delay"/> adds to each piece.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(50);

    public NetworkMode Mode
    {
        get => _mode;
        set
        {
            lock (_listening)
            {
                _mode = value;
                if (value != NetworkMode.Blackhole)
                    _passable.TrySetResult();
                else if (_passable.Task.IsCompleted)
                    _passable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (value == NetworkMode.Refuse)
                    StopListening();
                else if (_listener is null)
                    Listen(Port);
            }

            if (value == NetworkMode.HalfClose)
            {
                foreach (var connection in _connections.Keys)
                    connection.EndTowardsClient();
            }
        }
    }

    /// <summary>
    /// The connections for which the client is responsible, as <c>pg_stat_activity.client_port</c>: those that it holds or ended a moment
    /// ago. Not those on which the proxy showed the client an end that the server did not cause.
    /// </summary>
    /// <param name="moment">How long a connection that the client ended still counts.</param>
    public int[] PortsHeldByClient(TimeSpan moment) =>
        [.. _connections.Keys.Where(connection => connection.PortAtServer != 0 && !connection.HasLied && connection.ClientEndedFor < moment).Select(connection => connection.PortAtServer)];

    /// <summary>Complete while the network passes; in a black hole, when it ends.</summary>
    internal Task Passable
    {
        get
        {
            lock (_listening)
                return _passable.Task;
        }
    }

    public static FaultProxy Before(int serverPort) => new(serverPort);

    /// <summary>
    /// From now on nothing passes through the present connections, in either direction and not even an end, as behind a firewall that has
    /// forgotten them. New connections pass.
    /// </summary>
    public void ForgetAll()
    {
        foreach (var connection in _connections.Keys)
            connection.Forget();
    }

    /// <summary>Resets every connection on both sides.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        lock (_listening)
            StopListening();
        CutAll();
        _end.Dispose();
    }

    private static TaskCompletionSource Passed()
    {
        var passed = new TaskCompletionSource();
        passed.SetResult();
        return passed;
    }

    private void Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        // A port that was refused a moment ago is used again while old connections linger.
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(512);
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    private void StopListening()
    {
        _listener?.Stop();
        _listener = null;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                return;
            }

            var connection = new ProxiedConnection(this, client, _server);
            _connections.TryAdd(connection, 0);
            _ = RunAsync(connection);
        }
    }

    private async Task RunAsync(ProxiedConnection connection)
    {
        await connection.RunAsync(_end.Token);
        _connections.TryRemove(connection, out _);
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ActorPool.Faults;

/// <summary>One connection through the proxy: two pumps, each of which reads the mode before it passes a piece on.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its run disposes both sockets.")]
internal sealed class ProxiedConnection(FaultProxy proxy, Socket client, int serverPort)
{
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(10);

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private long _clientEndedAt;
    private volatile bool _isForgotten;

    /// <summary>For how long the client has been gone; zero while it is there.</summary>
    public TimeSpan ClientEndedFor => Volatile.Read(ref _clientEndedAt) is var since and > 0 ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>The client got an end that the server did not cause.</summary>
    public bool HasLied { get; private set; }

    /// <summary>As <c>pg_stat_activity.client_port</c>; zero before the server is reached.</summary>
    public int PortAtServer { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            client.NoDelay = true;
            await PassableAsync(end);
            await _server.ConnectAsync(IPAddress.Loopback, serverPort, end);
            PortAtServer = ((IPEndPoint)_server.LocalEndPoint!).Port;
            await Task.WhenAll(PumpAsync(client, _server, fromServer: false, end), PumpAsync(_server, client, fromServer: true, end));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The end of one side is passed to the other below.
        }
        finally
        {
            client.Dispose();
            _server.Dispose();
        }
    }

    public void Forget() => _isForgotten = true;

    public void EndTowardsClient()
    {
        HasLied = true;
        Quietly(() => client.Shutdown(SocketShutdown.Send));
    }

    public void Reset()
    {
        HasLied = true;
        // A socket closed without lingering says so with a reset.
        Quietly(() => client.Close(0));
        Quietly(() => _server.Close(0));
    }

    private async Task PumpAsync(Socket from, Socket to, bool fromServer, CancellationToken end)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var slow = fromServer && proxy.Mode == NetworkMode.SlowReader;
            var read = await ReadAsync(from, slow ? buffer.AsMemory(0, 16) : buffer, end);
            if (read == 0 && !fromServer)
                Volatile.Write(ref _clientEndedAt, Stopwatch.GetTimestamp());
            await PassableAsync(end);
            if (read == 0)
            {
                Quietly(() => to.Shutdown(SocketShutdown.Send));
                return;
            }

            if (proxy.Mode == NetworkMode.Delay)
                await Task.Delay(proxy.Delay, end);
            else if (slow)
                await Task.Delay(SlowPause, end);
            var cut = proxy.Mode == NetworkMode.Cut;
            await SendAsync(to, buffer.AsMemory(0, cut ? (read + 1) / 2 : read), end);
            if (cut)
                Reset();
        }
    }

    /// <summary>A reset is an end like others.</summary>
    private static async Task<int> ReadAsync(Socket from, Memory<byte> buffer, CancellationToken end)
    {
        try
        {
            return await from.ReceiveAsync(buffer, end);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> piece, CancellationToken end)
    {
        while (piece.Length > 0)
            piece = piece[await to.SendAsync(piece, end)..];
    }

    private async Task PassableAsync(CancellationToken end)
    {
        if (_isForgotten)
            await Task.Delay(Timeout.Infinite, end);
        while (proxy.Mode == NetworkMode.Blackhole)
            await proxy.Passable.WaitAsync(end);
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Ended already.
        }
    }
}

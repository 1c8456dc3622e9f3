using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorPool.Faults;

namespace ActorPool.Tests.Faults;

/// <summary>The proxy behaves as the other tests expect.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Disposed at the end of each test.")]
public sealed class FaultProxyTests : IAsyncLifetime
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private FaultProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _server.Start();
        _proxy = FaultProxy.Before(((IPEndPoint)_server.LocalEndpoint).Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task The_proxy_passes_both_directions_and_the_end()
    {
        var (client, server) = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes("ping"));
        Assert.Equal("ping", await ReadAsync(server));
        await server.SendAsync(Encoding.ASCII.GetBytes("pong"));
        Assert.Equal("pong", await ReadAsync(client));

        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("", await ReadAsync(server));
    }

    [Fact]
    public async Task The_mode_Refuse_refuses_new_connections_and_leaves_the_others()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Mode = NetworkMode.Refuse;

        await Assert.ThrowsAsync<SocketException>(ConnectToProxyAsync);

        await client.SendAsync(Encoding.ASCII.GetBytes("ping"));
        Assert.Equal("ping", await ReadAsync(server));
        _proxy.Mode = NetworkMode.Pass;
        using var again = await ConnectToProxyAsync();
        Assert.True(again.Connected);
    }

    [Fact]
    public async Task A_black_hole_holds_everything_until_it_is_over()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Mode = NetworkMode.Blackhole;

        await client.SendAsync(Encoding.ASCII.GetBytes("ping"));
        client.Shutdown(SocketShutdown.Send);

        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead));
        _proxy.Mode = NetworkMode.Pass;
        Assert.Equal("ping", await ReadAsync(server));
        Assert.Equal("", await ReadAsync(server));
    }

    [Fact]
    public async Task The_mode_Delay_delays_each_piece()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Delay = TimeSpan.FromMilliseconds(200);
        _proxy.Mode = NetworkMode.Delay;
        var start = Stopwatch.GetTimestamp();

        await client.SendAsync(Encoding.ASCII.GetBytes("ping"));

        Assert.Equal("ping", await ReadAsync(server));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(190));
    }

    [Fact]
    public async Task The_mode_Cut_passes_half_a_message_and_resets_both_sides()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Mode = NetworkMode.Cut;

        await client.SendAsync(Encoding.ASCII.GetBytes("pingpong"));

        var read = "";
        await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            while (true)
            {
                var piece = await ReadAsync(server);
                Assert.NotEqual("", piece);
                read += piece;
            }
        });
        Assert.True(read.Length <= 4, read);
        Assert.Empty(_proxy.PortsHeldByClient(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task The_mode_HalfClose_ends_the_stream_towards_the_client_alone()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Mode = NetworkMode.HalfClose;

        Assert.Equal("", await ReadAsync(client));

        await client.SendAsync(Encoding.ASCII.GetBytes("ping"));
        Assert.Equal("ping", await ReadAsync(server));
    }

    [Fact]
    public async Task A_slow_reader_reads_everything_in_the_end()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Mode = NetworkMode.SlowReader;
        var text = new string('x', 100);

        await server.SendAsync(Encoding.ASCII.GetBytes(text));

        var read = "";
        while (read.Length < text.Length)
            read += await ReadAsync(client);
        Assert.Equal(text, read);
    }

    [Fact]
    public async Task The_proxy_knows_the_connections_that_the_client_holds()
    {
        var (client, server) = await ConnectAsync();
        var port = ((IPEndPoint)server.RemoteEndPoint!).Port;
        // The server has accepted a little before the proxy learns its port.
        while (_proxy.PortsHeldByClient(TimeSpan.FromSeconds(5)) is [])
            await Task.Delay(5);
        Assert.Equal([port], _proxy.PortsHeldByClient(TimeSpan.FromSeconds(5)));

        _proxy.Mode = NetworkMode.Blackhole;
        client.Close();

        Assert.Equal([port], _proxy.PortsHeldByClient(TimeSpan.FromSeconds(5)));
        while (_proxy.PortsHeldByClient(TimeSpan.FromMilliseconds(20)).Length > 0)
            await Task.Delay(5);
    }

    private async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        var accepting = _server.AcceptSocketAsync();
        var client = await ConnectToProxyAsync();
        return (client, await accepting);
    }

    private async Task<Socket> ConnectToProxyAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[1000];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}

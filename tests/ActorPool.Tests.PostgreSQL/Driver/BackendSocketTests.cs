using System.Net;
using System.Net.Sockets;
using ActorPool.Driver;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

public sealed class BackendSocketTests : PoolTest
{
    private const int CloseOnExec = 0x80000;

    [Fact]
    public async Task Programs_that_the_application_starts_do_not_inherit_the_handles_of_the_pool()
    {
        await StartAsync(3, 3);

        // The pool has duplicate handles on Linux only.
        var open = OperatingSystem.IsLinux() ? Sockets().ToArray() : [];

        Assert.Equal(OperatingSystem.IsLinux(), open.Length >= 6);
        Assert.All(open, flags => Assert.Equal(CloseOnExec, flags & CloseOnExec));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Late_bytes_from_the_server_are_drained_however_the_driver_used_its_handle(bool afterAsynchronousReading, bool afterBlockingIsOff)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var driver = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        driver.Connect(listener.LocalEndpoint);
        using var server = await listener.AcceptSocketAsync();
        driver.Blocking = !afterBlockingIsOff;
        if (afterAsynchronousReading)
        {
            var reading = driver.ReceiveAsync(new byte[1]);
            await server.SendAsync(new byte[1]);
            await reading;
        }

        using var socket = BackendSocket.Of(driver, processId: 0);
        var sending = Task.Run(async () =>
        {
            for (var megabytes = 0; megabytes < 20; megabytes++)
                await server.SendAsync(new byte[1_000_000]);
            server.Close();
        });
        socket.EndSending();

        Assert.True(await socket.WaitUntilGoneAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));

        await sending;
    }

    private static IEnumerable<int> Sockets()
    {
        foreach (var handle in new DirectoryInfo("/proc/self/fd").EnumerateFiles())
        {
            if (handle.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true && FlagsOf(handle.Name) is { } flags)
                yield return flags;
        }
    }

    private static int? FlagsOf(string handle)
    {
        try
        {
            var line = File.ReadLines($"/proc/self/fdinfo/{handle}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return Convert.ToInt32(line["flags:".Length..].Trim(), 8);
        }
        catch (IOException)
        {
            // Another test has closed it.
            return null;
        }
    }
}

using System.Globalization;
using System.Net.Sockets;

namespace ActorPool.Driver;

/// <summary>
/// The server process at the other end of a Unix socket, on Linux. Such a socket does not show the server's end once the driver has shut down
/// the client's side of it; but the process is on the same machine.
/// </summary>
internal sealed class BackendProcess
{
    // From Linux' asm-generic/socket.h: SO_PEERCRED, of which the first number is that of the process that listens.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    // In /proc/<pid>/stat, counted from the field after the name of the program.
    private const int State = 0;
    private const int Parent = 1;
    private const int StartTime = 19;

    private readonly string _file;
    private readonly string _startTime;

    private BackendProcess(string file, string startTime)
    {
        _file = file;
        _startTime = startTime;
    }

    /// <summary>It has ended; its number may have been given to another process.</summary>
    public bool HasEnded => Read(_file) is not { } now || now[StartTime] != _startTime || now[State] is "Z" or "X";

    /// <summary>
    /// Null when it cannot be seen: no Unix socket, a server in another container, or a proxy between. A backend that is seen is a child of
    /// the process that listens on the socket.
    /// </summary>
    /// <param name="socket">The connection's.</param>
    /// <param name="processId">As the server reported it.</param>
    public static BackendProcess? Of(Socket socket, int processId)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
            return null;
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat");
        return Read(file) is { } process && process[Parent] == ListenerOf(socket) ? new BackendProcess(file, process[StartTime]) : null;
    }

    private static string? ListenerOf(Socket socket)
    {
        try
        {
            Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
            return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) < sizeof(int)
                ? null
                : BitConverter.ToInt32(credentials).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static string[]? Read(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            // The name of the program is in brackets and may contain anything.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields.Length > StartTime ? fields : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // With the process its file is gone, at any moment of the reading.
            return null;
        }
    }
}

using System.Globalization;
using System.Net.Sockets;

namespace ActorPool.Driver;

/// <summary>
/// The server process at the other end of a Unix socket, on Linux. Once the driver has shut down the client's side, the socket does not
/// show the end of the server; the process, on the same machine, does.
/// </summary>
internal sealed class BackendProcess
{
    // From Linux' asm-generic/socket.h: SO_PEERCRED. Its first number is the id of the listening process.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    // Positions in /proc/<pid>/stat, from the field after the name of the program.
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

    /// <summary>The process has ended; its id may have been given to another one.</summary>
    public bool HasEnded => Read(_file) is not { } now || now[StartTime] != _startTime || now[State] is "Z" or "X";

    /// <summary>
    /// Null when the process cannot be seen: no Unix socket, a server in another container, or a proxy between. The backend must be a child
    /// of the process that listens on the socket.
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
            // The file disappears with the process, at any moment of the reading.
            return null;
        }
    }
}

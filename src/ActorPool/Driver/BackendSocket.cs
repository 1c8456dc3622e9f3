using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorPool.Core.Model;

namespace ActorPool.Driver;

/// <summary>
/// The pool's own handle on a connection's socket. The driver may close its handle at any time; with this one the pool still
/// sees when the backend is gone: a server process keeps its socket open until it has ended and left <c>pg_stat_activity</c>.
/// </summary>
/// <remarks>Elsewhere than on Linux it is the driver's own, and a handle closed by the driver counts as gone.</remarks>
internal sealed class BackendSocket : IDisposable
{
    // From Linux' tcp_states.h: states in which the other side has not said its end.
    private const byte Established = 1;
    private const byte FinWait1 = 4;

    // The server's machine has confirmed the end of what we send; its process is at work yet.
    private const byte FinWait2 = 5;

    private const int TcpInfo = 11;

    // From Linux' fcntl.h.
    private const int DuplicateCloseOnExec = 1030;

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan LeaveToBorrower = TimeSpan.FromMilliseconds(40);

    private readonly Socket _socket;
    private readonly bool _owned;
    private readonly BackendProcess? _process;

    private BackendSocket(Socket socket, bool owned, BackendProcess? process = null)
    {
        _socket = socket;
        _owned = owned;
        _process = process;
    }

    /// <summary>Called before what the server still sends is read away.</summary>
    public Action? ReadingAway { get; set; }

    /// <param name="socket">The driver's.</param>
    /// <param name="processId">The backend's, as the server reported it.</param>
    public static BackendSocket Of(Socket socket, int processId)
    {
        if (!OperatingSystem.IsLinux())
            return new BackendSocket(socket, owned: false);
        var process = BackendProcess.Of(socket, processId);
        // Closed in programs that the application starts: they would keep the connection open beyond its end.
        var handle = FileControl((int)socket.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, 0);
        return handle < 0
            ? new BackendSocket(socket, owned: false, process)
            : new BackendSocket(new Socket(new SafeSocketHandle(handle, ownsHandle: true)), owned: true, process);
    }

    /// <summary>Whether something can be read here: on an idle connection the server's last message, the end of the stream, or a notice.</summary>
    public SocketState Look()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead) ? SocketState.Readable : SocketState.Silent;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return SocketState.Readable;
        }
    }

    /// <summary>Tells the server that nothing more will come: it ends when it has read that, and the borrower can send no more.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Ended already, by the driver or by the server.
        }
    }

    /// <summary>
    /// Waits until the backend is gone, reading away what it still sends. False when it is not gone in time.
    /// </summary>
    /// <param name="patience">For a server of which nothing is heard.</param>
    /// <param name="confirmedPatience">For one whose machine has confirmed the end of the connection; where that can be seen.</param>
    public async Task<bool> WaitUntilGoneAsync(TimeSpan patience, TimeSpan confirmedPatience)
    {
        var pause = FirstLook;
        for (var waited = TimeSpan.Zero; ; waited += pause)
        {
            if (IsGone())
                return true;
            if (waited >= patience && (waited >= confirmedPatience || !IsConfirmed()))
                return false;
            // What comes first is the answer to a command that somebody may still be reading.
            if (waited >= LeaveToBorrower)
                ReadAway();
            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause + pause < LastLook ? pause + pause : LastLook;
        }
    }

    public void Dispose()
    {
        if (_owned)
            _socket.Dispose();
    }

    /// <summary>The backend has ended and left nothing that could be awaited.</summary>
    public bool IsGone()
    {
        try
        {
            if (_process is { } process)
                return process.HasEnded;
            // The end of the stream alone is no proof: the driver may have shut down the reading side itself.
            if (StateOf() is { } state)
                return state is not (Established or FinWait1 or FinWait2);
            return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>The server's machine has the end of what we send. Behind a Unix socket it is this one.</summary>
    private bool IsConfirmed() => _socket.AddressFamily == AddressFamily.Unix || StateOf() == FinWait2;

    /// <summary>The state of the TCP connection; null where it cannot be seen.</summary>
    private byte? StateOf()
    {
        if (!OperatingSystem.IsLinux() || _socket.ProtocolType != ProtocolType.Tcp)
            return null;
        try
        {
            Span<byte> state = stackalloc byte[1];
            return _socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, state) == 0 ? null : state[0];
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private void ReadAway()
    {
        try
        {
            // The driver's handle may have made them both so already, and then reading refuses to block.
            ReadingAway?.Invoke();
            if (_owned)
                _socket.Blocking = false;
            Span<byte> waste = stackalloc byte[4096];
            for (var reads = 0; reads < 256 && _socket.Available > 0; reads++)
            {
                if (_socket.Receive(waste, SocketFlags.None) == 0)
                    return;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Seen as gone by the next look.
        }
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int FileControl(int handle, int command, int argument);
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorPool.Core.Model;

namespace ActorPool.Driver;

/// <summary>
/// The pool's own handle on a connection's socket. The driver may close its handle at any time; this one still shows when the backend
/// is gone. A server process keeps its socket open until it has ended and left <c>pg_stat_activity</c>.
/// </summary>
/// <remarks>On systems other than Linux it is the driver's handle, and a handle that the driver has closed counts as gone.</remarks>
internal sealed class BackendSocket : IDisposable
{
    // From Linux' tcp_states.h: states in which the other side has not closed its direction.
    private const byte Established = 1;
    private const byte FinWait1 = 4;

    // The server's machine has confirmed that we send nothing more; its process still runs.
    private const byte FinWait2 = 5;

    private const int TcpInfo = 11;

    // From Linux' fcntl.h.
    private const int DuplicateCloseOnExec = 1030;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);
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

    /// <summary>Called before remaining data from the server is read and discarded.</summary>
    public Action? Draining { get; set; }

    /// <param name="socket">The driver's.</param>
    /// <param name="processId">The backend's, as the server reported it.</param>
    public static BackendSocket Of(Socket socket, int processId)
    {
        if (!OperatingSystem.IsLinux())
            return new BackendSocket(socket, owned: false);
        var process = BackendProcess.Of(socket, processId);
        // Close on exec: a program that the application starts would inherit the handle and keep the connection open.
        var handle = FileControl((int)socket.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, 0);
        return handle < 0
            ? new BackendSocket(socket, owned: false, process)
            : new BackendSocket(new Socket(new SafeSocketHandle(handle, ownsHandle: true)), owned: true, process);
    }

    /// <summary>Whether the socket is readable: on an idle connection that is the server's last message, the end of the stream, or a notice.</summary>
    public SocketState Probe()
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

    /// <summary>Closes the sending direction: the server ends when it reads that, and the borrower can send no more.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Already ended, by the driver or by the server.
        }
    }

    /// <summary>
    /// Waits until the backend is gone, and drains the data that it still sends. False when it is not gone in time.
    /// </summary>
    /// <param name="patience">For a server that does not react.</param>
    /// <param name="confirmedPatience">For a server whose machine has confirmed the end of the connection, where that can be seen.</param>
    public async Task<bool> WaitUntilGoneAsync(TimeSpan patience, TimeSpan confirmedPatience)
    {
        var pause = FirstPause;
        for (var waited = TimeSpan.Zero; ; waited += pause)
        {
            if (IsGone())
                return true;
            if (waited >= patience && (waited >= confirmedPatience || !IsConfirmed()))
                return false;
            // The first data may be the answer to a command, which the borrower may still be reading.
            if (waited >= LeaveToBorrower)
                Drain();
            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause + pause < LongestPause ? pause + pause : LongestPause;
        }
    }

    public void Dispose()
    {
        if (_owned)
            _socket.Dispose();
    }

    /// <summary>The backend has ended.</summary>
    public bool IsGone()
    {
        try
        {
            if (_process is { } process)
                return process.HasEnded;
            // The end of the stream is not enough: the driver may have shut down the reading direction itself.
            if (StateOf() is { } state)
                return state is not (Established or FinWait1 or FinWait2);
            return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>The server's machine knows that we send nothing more. Behind a Unix socket that is this machine.</summary>
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

    private void Drain()
    {
        try
        {
            Draining?.Invoke();
            // Both handles share this flag, and the driver may have cleared it already.
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
            // The next IsGone sees that.
        }
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int FileControl(int handle, int command, int argument);
}

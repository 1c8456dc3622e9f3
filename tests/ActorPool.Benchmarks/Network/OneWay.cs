using System.Diagnostics;
using System.Net.Sockets;

namespace ActorPool.Benchmarks.Network;

/// <summary>One direction of a connection through the relay: pieces of bytes, each with the time at which it passes.</summary>
internal sealed class OneWay(Socket from, Socket to, Lateness lateness) : IDisposable
{
    private const int LargestPiece = 16 * 1024;
    private const int MostPieces = 16;
    private const int None = -1;

    private readonly Queue<Piece> _pieces = new(MostPieces);
    private readonly Stack<byte[]> _buffers = new(Enumerable.Range(0, MostPieces).Select(_ => new byte[LargestPiece]));
    private int _sent;
    private bool _isFull;
    private bool _hasEnded;

    /// <summary>Of the socket to read from; none while too much is in flight.</summary>
    public int DescriptorToRead => _hasEnded || _buffers.Count == 0 ? None : (int)from.Handle;

    /// <summary>Of the socket to write to; none unless it took no more.</summary>
    public int DescriptorToWrite => _isFull ? (int)to.Handle : None;

    /// <param name="due">When what has come passes.</param>
    public void Receive(long due)
    {
        var buffer = _buffers.Pop();
        var length = from.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            _buffers.Push(buffer);
            return;
        }

        _hasEnded = error != SocketError.Success || length == 0;
        _pieces.Enqueue(new Piece(due, buffer, _hasEnded ? 0 : length));
    }

    /// <returns>When the next piece is due; never, while the socket takes no more.</returns>
    public long SendDue()
    {
        while (_pieces.TryPeek(out var piece))
        {
            var late = Stopwatch.GetTimestamp() - piece.Due;
            if (late < 0)
                return piece.Due;
            if (!TrySend(piece))
                return long.MaxValue;
            lateness.Add(late);
            _buffers.Push(_pieces.Dequeue().Buffer);
        }

        return long.MaxValue;
    }

    public void Dispose() => from.Dispose();

    private bool TrySend(Piece piece)
    {
        if (piece.Length == 0)
        {
            End();
            return true;
        }

        _sent += to.Send(piece.Buffer, _sent, piece.Length - _sent, SocketFlags.None, out var error);
        // A piece for a connection that has ended counts as passed.
        if (error is not (SocketError.Success or SocketError.WouldBlock))
            _sent = piece.Length;
        _isFull = _sent < piece.Length;
        if (_isFull)
            return false;
        _sent = 0;
        return true;
    }

    private void End()
    {
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side has closed it.
        }
    }

    private readonly record struct Piece(long Due, byte[] Buffer, int Length);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ActorPool.Benchmarks.Network;

/// <summary>
/// A TCP relay on loopback that delays each direction, as a distance does: what was sent together arrives together, later. One thread serves
/// all connections and allocates nothing once they are open, so the figures of the process stay those of the contestants.
/// </summary>
internal sealed class Relay : IDisposable
{
    // Also how soon the thread notices the end.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    // A wait ends this much late on an otherwise idle machine: it is asked for so much shorter.
    private static readonly TimeSpan UsualLateness = TimeSpan.FromMicroseconds(25);

    private readonly int _server;
    private readonly long _delay;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<OneWay> _ways = [];
    private readonly Lateness _lateness = new();
    private readonly Thread _thread;
    private Poll.Entry[] _entries = new Poll.Entry[1];
    private volatile bool _ended;

    private Relay(int server, TimeSpan delay)
    {
        (_server, _delay) = (server, (long)(delay.TotalSeconds * Stopwatch.Frequency));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(100);
        _thread = new Thread(Run) { IsBackground = true, Name = "relay" };
        _thread.Start();
    }

    /// <summary>For clients, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How late the pieces passed, beyond the delay.</summary>
    public TimeSpan MeanLateness => _lateness.Mean;

    /// <param name="serverPort">On 127.0.0.1.</param>
    /// <param name="delay">Of each direction.</param>
    public static Relay Before(int serverPort, TimeSpan delay) => new(serverPort, delay);

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _listener.Dispose();
        foreach (var way in _ways)
            way.Dispose();
    }

    private void Run()
    {
        Poll.MakeTimersExact();
        while (!_ended)
        {
            var next = SendDue();
            Await(next);
            var due = Stopwatch.GetTimestamp() + _delay;
            for (var i = 0; i < _ways.Count; i++)
            {
                if (_entries[2 * i].Seen != 0)
                    _ways[i].Receive(due);
            }

            if (_entries[2 * _ways.Count].Seen != 0)
                Accept();
        }
    }

    /// <summary>Sends what is due.</summary>
    /// <returns>When the next piece is due.</returns>
    private long SendDue()
    {
        var next = long.MaxValue;
        foreach (var way in _ways)
            next = Math.Min(next, way.SendDue());
        return next;
    }

    private void Await(long next)
    {
        for (var i = 0; i < _ways.Count; i++)
        {
            _entries[2 * i] = new Poll.Entry(_ways[i].DescriptorToRead, Poll.Readable);
            _entries[(2 * i) + 1] = new Poll.Entry(_ways[i].DescriptorToWrite, Poll.Writable);
        }

        _entries[2 * _ways.Count] = new Poll.Entry((int)_listener.Handle, Poll.Readable);
        var rest = next == long.MaxValue ? LongestWait : TimeSpan.FromSeconds((double)(next - Stopwatch.GetTimestamp()) / Stopwatch.Frequency) - UsualLateness;
        Poll.Wait(_entries, TimeSpan.FromTicks(Math.Clamp(rest.Ticks, 0, LongestWait.Ticks)));
    }

    private void Accept()
    {
        var client = _listener.Accept();
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Connect(IPAddress.Loopback, _server);
        foreach (var socket in (Socket[])[client, server])
            (socket.NoDelay, socket.Blocking) = (true, false);
        _ways.Add(new OneWay(client, server, _lateness));
        _ways.Add(new OneWay(server, client, _lateness));
        _entries = new Poll.Entry[(2 * _ways.Count) + 1];
    }
}

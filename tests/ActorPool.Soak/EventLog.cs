using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ActorPool.Soak;

/// <summary>The last events of a run, written when it fails.</summary>
public sealed class EventLog(Action<string> write)
{
    private const int Kept = 80;

    private readonly ConcurrentQueue<string> _last = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    public IEnumerable<string> Last => _last;

    /// <summary>Keeps an event for the case of a failure.</summary>
    public void Note(string what)
    {
        _last.Enqueue(Stamped(what));
        while (_last.Count > Kept)
            _last.TryDequeue(out _);
    }

    /// <summary>Keeps an event and writes it at once.</summary>
    public void Say(string what)
    {
        Note(what);
        write(Stamped(what));
    }

    private string Stamped(string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_start).TotalSeconds,8:0.00} s  {what}");
}

namespace ActorPool.Demo.Display;

/// <summary>The events of a run, in order, for the display. Safe from any thread.</summary>
internal sealed class EventFeed
{
    private readonly Lock _lock = new();
    private readonly List<string> _events = [];

    public void Add(string what)
    {
        lock (_lock)
            _events.Add(what);
    }

    /// <summary>All events from a number on, the first one being 0.</summary>
    public IReadOnlyList<string> From(int number)
    {
        lock (_lock)
            return [.. _events.Skip(number)];
    }
}

namespace ActorPool.Demo.Display;

/// <summary>How fast a count grows, over about the last second.</summary>
internal sealed class Rate
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Queue<(TimeSpan At, long Count)> _points = [];

    /// <returns>How many a second.</returns>
    public double Next(TimeSpan at, long count)
    {
        while (_points.Count > 1 && at - _points.Peek().At > Window)
            _points.Dequeue();

        _points.Enqueue((at, count));
        var (since, before) = _points.Peek();
        return at > since ? (count - before) / (at - since).TotalSeconds : 0;
    }
}

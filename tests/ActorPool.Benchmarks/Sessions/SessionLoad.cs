using ActorPool.Benchmarks.Load;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>A closed loop that also counts the borrows that found their session.</summary>
internal sealed class SessionLoad(ClosedLoop loop, StickySessions sessions) : ILoad
{
    public async Task<Figures> RunAsync(TimeSpan length)
    {
        var before = sessions.Statistics;
        var figures = await loop.RunAsync(length);
        var after = sessions.Statistics;
        var grants = Math.Max(1, after.KeyedGrants - before.KeyedGrants);
        return figures with { HitRate = (double)(after.AffinityHits - before.AffinityHits) / grants };
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();
}

using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Sessions;

/// <summary>Sessions that are found again beside sessions that are set up each time, with few and with many connections.</summary>
internal sealed class SessionScenarios(Arena arena)
{
    private const int Callers = 8;
    private const int Keys = 1000;

    private readonly ZipfKeys _keys = new(Keys);

    /// <summary>The more there are, the more sessions are kept.</summary>
    public static IReadOnlyList<int> Connections { get; } = [8, 32, 64];

    public IEnumerable<Scenario> All() => Connections.Select(Of);

    private Scenario Of(int connections) => new(
        ScenarioKind.Sessions, connections, "connections", FreshSessions.Name,
        [
            new Entry(FreshSessions.Name, "full, sent with the set-up", () => OpenFreshAsync(connections)),
            new Entry(StickySessions.Name, "full when a session passes to another key, with the set-up", () => OpenStickyAsync(connections)),
        ]);

    private Task<ILoad> OpenFreshAsync(int connections)
    {
        var setup = new ContestantSetup(arena.Server, arena.System, FreshSessions.Name, connections, Callers);
        return Task.FromResult<ILoad>(Loop(FreshSessions.Open(setup, _keys, Randoms()), setup));
    }

    private async Task<ILoad> OpenStickyAsync(int connections)
    {
        var setup = new ContestantSetup(arena.Server, arena.System, StickySessions.Name, connections, Callers);
        var sessions = await StickySessions.OpenAsync(setup, _keys, Randoms());
        return new SessionLoad(Loop(sessions, setup), sessions);
    }

    private ClosedLoop Loop(IContestant contestant, ContestantSetup setup)
    {
        IWork[] works = [.. Enumerable.Range(0, Callers).Select(caller => new KeyRead(caller))];
        return new ClosedLoop(new Uses(contestant, works), Callers, batch: 1, () => arena.BackendsAsync(setup));
    }

    private static Random[] Randoms() => [.. Enumerable.Range(0, Callers).Select(caller => new Random(caller))];
}

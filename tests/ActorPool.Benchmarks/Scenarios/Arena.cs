using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Workloads;
using Akka.Actor;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>The server and the actor system that all contestants share, and what they are opened with.</summary>
internal sealed class Arena(string server, ActorSystem system, BackendCount observer)
{
    public string Server => server;

    public ActorSystem System => system;

    /// <summary>Callers that call again at once.</summary>
    public Entry Closed(ContestantKind kind, int callers, Func<int, IWork> work, int batch) => new(kind.Name, kind.Reset, async () =>
    {
        var setup = Setup(kind, callers);
        return new ClosedLoop(new Uses(await kind.OpenAsync(setup), Works(callers, work)), callers, batch, () => BackendsAsync(setup));
    });

    /// <summary>Calls that arrive by a schedule.</summary>
    public Entry Open(ContestantKind kind, int perSecond, Func<int, IWork> work) => new(kind.Name, kind.Reset, async () =>
    {
        var setup = Setup(kind, BenchmarkOptions.MostInFlight);
        return new OpenLoop(await kind.OpenAsync(setup), Works(BenchmarkOptions.MostInFlight, work), perSecond, () => BackendsAsync(setup));
    });

    public Task<int> BackendsAsync(ContestantSetup setup) => observer.OfAsync(setup.ApplicationName);

    private ContestantSetup Setup(ContestantKind kind, int callers) => new(server, system, kind.Name, BenchmarkOptions.Connections, callers);

    private static IWork[] Works(int callers, Func<int, IWork> work) => [.. Enumerable.Range(0, callers).Select(work)];
}

using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Messages;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Sessions;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>Which scenarios a run has, in the order of the report.</summary>
internal sealed class ScenarioList(BenchmarkOptions options, Arena arena)
{
    // A borrow without work may cost less than reading the clock: only some of them are timed.
    private const int EmptyBatch = 50;
    private const int MostEmptyCallers = 64;

    private static readonly string[] InEmpty = [Catalogue.Npgsql, Catalogue.Baseline, Catalogue.Facade];

    public IEnumerable<Scenario> All() => options.Kinds.SelectMany(Of);

    /// <summary>Before anything is measured: every contestant runs.</summary>
    public IEnumerable<Entry> FirstWarmUp() =>
        Chosen().Select(kind => arena.Closed(kind, BenchmarkOptions.Connections, caller => new KeyRead(caller), batch: 1));

    private IEnumerable<Scenario> Of(ScenarioKind kind) => kind switch
    {
        ScenarioKind.Select1 => options.Callers.Select(callers => Closed(kind, callers, _ => new SelectOne())),
        ScenarioKind.KeyRead => options.Callers.Select(callers => Closed(kind, callers, caller => new KeyRead(caller))),
        ScenarioKind.Transaction => options.Callers.Select(callers => Closed(kind, callers, caller => new SmallTransaction(caller))),
        ScenarioKind.Open => options.Rates.Select(Open),
        ScenarioKind.Empty => options.Callers.Where(callers => callers <= MostEmptyCallers).Select(Empty),
        ScenarioKind.Sessions => new SessionScenarios(arena).All(),
        _ => [MessageScenario.Of()],
    };

    private Scenario Closed(ScenarioKind kind, int callers, Func<int, IWork> work) => new(
        kind, callers, "callers", Catalogue.Baseline,
        [.. Chosen().Where(contestant => callers <= contestant.MostCallers).Select(contestant => arena.Closed(contestant, callers, work, batch: 1))]);

    private Scenario Open(int perSecond) => new(
        ScenarioKind.Open, perSecond, "arrivals/s", Catalogue.Baseline,
        [.. Chosen().Where(contestant => contestant.MostCallers == int.MaxValue).Select(contestant => arena.Open(contestant, perSecond, _ => new SelectOne()))]);

    private Scenario Empty(int callers) => new(
        ScenarioKind.Empty, callers, "callers", Catalogue.Baseline,
        [.. Catalogue.All.Where(contestant => InEmpty.Contains(contestant.Name)).Append(Catalogue.BarePromise)
            .Select(contestant => arena.Closed(contestant, callers, _ => new EmptyWork(), EmptyBatch))]);

    private IEnumerable<ContestantKind> Chosen() => Catalogue.All.Where(kind =>
        options.Only.Count == 0 || kind.Name == Catalogue.Baseline || options.Only.Contains(kind.Name));
}

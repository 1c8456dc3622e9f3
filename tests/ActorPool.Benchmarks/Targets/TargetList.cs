using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Messages;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Sessions;
using ActorPool.Benchmarks.Spike;

namespace ActorPool.Benchmarks.Targets;

/// <summary>The targets of the pool that a run has measured.</summary>
internal sealed class TargetList(IReadOnlyList<ScenarioResult> results, SpikeResult? spike)
{
    private const string Here = Catalogue.Facade;

    public IReadOnlyList<Target> All() =>
    [
        .. InSelect(1), .. InSelect(8), .. InSelect(64), .. InSelect(256),
        .. Rate(ScenarioKind.Select1, 1, Here, Catalogue.Npgsql, 1.5), .. Rate(ScenarioKind.Select1, 8, Here, Catalogue.Npgsql, 1.5),
        .. Rate(ScenarioKind.Select1, 1, Here, Catalogue.Bare, 0.93),
        .. Ratio(ScenarioKind.Empty, 1, Here, Catalogue.Promise, "time", figures => 1 / figures.Rate, 2.0, isMost: true),
        .. Bytes(256),
        .. Rate(ScenarioKind.Empty, 1, Here, Catalogue.Npgsql, 0.4), .. Rate(ScenarioKind.Empty, 8, Here, Catalogue.Npgsql, 0.55), .. Rate(ScenarioKind.Empty, 64, Here, Catalogue.Npgsql, 0.55),
        .. Ratio(ScenarioKind.Message, 1, MessageScenario.Many, MessageScenario.Few, "time", figures => 1 / figures.Rate, 1.3, isMost: true),
        .. SessionScenarios.Connections.SelectMany(connections => Rate(ScenarioKind.Sessions, connections, StickySessions.Name, FreshSessions.Name, 1.5)),
        .. OfSpike(),
    ];

    private IEnumerable<Target> InSelect(int callers) =>
        Rate(ScenarioKind.Select1, callers, Here, Catalogue.Baseline, 0.97)
            .Concat(Ratio(ScenarioKind.Select1, callers, Here, Catalogue.Baseline, "p99", figures => figures.P99, 1.1, isMost: true));

    private IEnumerable<Target> Rate(ScenarioKind kind, int size, string name, string to, double bound) =>
        Ratio(kind, size, name, to, "ops/s", figures => figures.Rate, bound, isMost: false);

    private IEnumerable<Target> Ratio(ScenarioKind kind, int size, string name, string to, string what, Func<Figures, double> figure, double bound, bool isMost)
    {
        if (Find(kind, size) is { } result && result.Has(name) && result.Has(to))
            yield return new Target($"{result.Scenario}: {what} of {name} to {to}", bound, isMost, result.Ratio(name, to, figure));
    }

    private IEnumerable<Target> Bytes(double most)
    {
        if (Find(ScenarioKind.Empty, 1) is { } result)
            yield return new Target($"{result.Scenario}: bytes of {Here}", most, IsMost: true, result.Of(Here, figures => figures.BytesPerOperation));
    }

    private IEnumerable<Target> OfSpike()
    {
        if (spike is null)
            yield break;
        yield return new Target("spike: errors", 0, IsMost: true, spike.Of(SpikeContestant.Here, figures => figures.Errors));
        yield return new Target("spike: backends", 8, IsMost: true, spike.Of(SpikeContestant.Here, figures => figures.Backends));
        yield return new Target($"spike: time to {SpikeContestant.Npgsql}", 1.2, IsMost: true, spike.TimeRatio(SpikeContestant.Here));
    }

    private ScenarioResult? Find(ScenarioKind kind, int size) =>
        results.FirstOrDefault(result => result.Scenario.Kind == kind && result.Scenario.Size == size);
}
